"""What a session prints: convocation and agenda, minutes, letters, list of calls, what to carry over into the shared file.

Each paper is a `Document` of `optimizer.presentation.document`: records of the store and dated texts of the law in, blocks of words
out, nothing decided here. ``paper_set`` writes all those of a session.
"""
