"""Faults of archive packages, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "dossier_not_closed": (
        "Hồ sơ chưa kết thúc (trạng thái: {state}) nên chưa đóng gói lưu trữ được",
        "The dossier is still open (state: {state}) and cannot be packed for the archive",
    ),
    "dossier_moved_meanwhile": (
        "Hồ sơ có diễn biến mới trong lúc đóng gói; hãy đóng gói lại",
        "Something happened to the dossier while it was packed; make the package again",
    ),
    "archive_package_withdrawn": (
        "Gói tin đã bị bỏ vì có giấy tờ chỉ xuất trình, không được lưu; hãy đóng gói lại",
        "The package was withdrawn: it held a paper that is only presented and never kept; make a new one",
    ),
    "archive_package_unknown": ("Hồ sơ không có gói tin này", "The dossier has no such package"),
}
