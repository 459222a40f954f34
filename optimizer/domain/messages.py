"""What a case says before anything is read of it: code, French, English."""

from optimizer.errors import define

define(
    "PANDAS_TEXT",
    "pandas est réglé pour ne pas reconnaître le texte (« future.infer_string » à False) : une cellule vide y deviendrait le mot « nan », et les chiffres seraient faux sans un mot.",
    "pandas is set not to recognise text (« future.infer_string » is False): an empty cell would become the word « nan », and figures would be wrong without a word.",
    remedy_fr='Remettez l\'option avant tout : pd.reset_option("future.infer_string").',
    remedy_en='Put the option back first: pd.reset_option("future.infer_string").',
)
