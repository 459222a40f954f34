"""What is written survives: locks, atomic exchange, recovery, and no file of somebody else replaced."""

from optimizer.disk.files import check_files, write_files
from optimizer.disk.folder import Held, check_out, clear, hold
from optimizer.disk.manifest import file_digest, seal
from optimizer.disk.notices import listen, placed

__all__ = [
    "Held",
    "check_files",
    "check_out",
    "clear",
    "file_digest",
    "hold",
    "listen",
    "placed",
    "seal",
    "write_files",
]
