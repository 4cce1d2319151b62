"""Faults of identity, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Sessions.
    "token_missing": ("Thiếu tiêu đề Authorization: Bearer …", "The header Authorization: Bearer … is missing"),
    "token_invalid": ("Mã truy cập không hợp lệ hoặc đã hết hạn", "The access token is not valid or has expired"),
    "token_revoked": (
        "Phiên làm việc đã bị thu hồi; hãy đăng nhập lại",
        "The session was revoked; sign in again",
    ),
    "bad_credentials": (
        "Tên đăng nhập hoặc mật khẩu không đúng",
        "The user name or the password is not right",
    ),
    "refresh_token_invalid": (
        "Mã gia hạn không hợp lệ, đã hết hạn hoặc đã dùng; hãy đăng nhập lại",
        "The refresh token is not valid, has expired or was used before; sign in again",
    ),
    "account_disabled": ("Tài khoản đã bị khóa", "The account is disabled"),
    "account_locked": (
        "Sai mật khẩu quá nhiều lần; thử lại sau {minutes} phút",
        "Too many wrong passwords; try again in {minutes} minutes",
    ),
    "scope_not_granted": (
        "Máy khách không được cấp phạm vi {scope}",
        "The client was not given the scope {scope}",
    ),
    "staff_only": ("Chỉ dành cho tài khoản cán bộ", "Only for accounts of staff"),
    # Passwords.
    "current_password_wrong": ("Mật khẩu hiện tại không đúng", "The present password is not right"),
    "password_unchanged": ("Mật khẩu mới trùng mật khẩu hiện tại", "The new password is the present one"),
    "password_contains_username": (
        "Mật khẩu không được chứa tên đăng nhập",
        "The password must not contain the user name",
    ),
    "password_not_for_machines": (
        "Khóa bí mật của máy khách luôn do hệ thống tạo",
        "The secret of a machine client is always made by the system",
    ),
    # Accounts and roles.
    "account_unknown": ("Không có tài khoản này", "There is no such account"),
    "username_taken": ("Tên đăng nhập đã có người dùng", "The user name is taken"),
    "own_account": (
        "Không tự thay đổi quyền hoặc trạng thái tài khoản của chính mình; hãy nhờ quản trị viên khác",
        "Nobody changes the rights or the state of their own account; ask another administrator",
    ),
    "role_above_own": (
        "Chỉ quản trị cấp tỉnh được giao hoặc quản lý vai trò {role}",
        "Only a province administrator may give or manage the role {role}",
    ),
    "role_at_root_only": (
        "Vai trò {role} chỉ giao ở cấp tỉnh",
        "The role {role} is held in the province itself only",
    ),
    "role_for_machines_only": ("Vai trò {role} chỉ dành cho máy khách", "The role {role} is for machine clients only"),
    "role_not_for_machines": ("Máy khách không giữ vai trò {role}", "A machine client cannot hold the role {role}"),
    "role_not_held": (
        "Tài khoản không giữ vai trò {role} tại đơn vị {unit}",
        "The account does not hold the role {role} in the unit {unit}",
    ),
    "scope_not_for_machines": ("Phạm vi {scope} không cấp cho máy khách", "The scope {scope} is not for machines"),
}
