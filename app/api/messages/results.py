"""Faults of results, signatures and hand-overs, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "result_unknown": ("Không có kết quả này trong phạm vi của bạn", "There is no such result in your scope"),
    "result_not_possible_now": (
        "Kết quả đang ở trạng thái {status}; việc này cần trạng thái {expected}",
        "The result is {status}; this needs it to be {expected}",
    ),
    "result_dossier_not_open": (
        "Hồ sơ đang ở trạng thái {state}, không thể lập hoặc ký kết quả",
        "The dossier is {state}: no result of it can be made or signed",
    ),
    "result_dossier_not_resolved": (
        "Hồ sơ chưa có quyết định giải quyết (hiện {state}); chưa thể công bố kết quả",
        "The dossier is not resolved (it is {state}): its result cannot be published yet",
    ),
    "result_content_one": (
        "Cần đúng một trong hai: nội dung để hệ thống in, hoặc tệp PDF đã có trong hồ sơ",
        "Exactly one is needed: words for the house to print, or a PDF that the dossier holds",
    ),
    "content_not_of_dossier": (
        "Tệp không phải là tài liệu hiện hành của hồ sơ này",
        "The file is no current document of this dossier",
    ),
    "content_of_another_result": (
        "Tệp này đã được cấp làm kết quả hoặc giấy tờ của một hồ sơ khác",
        "The file was issued as a result or paper of another dossier",
    ),
    "result_number_taken": (
        "Số {number} đã được đơn vị dùng cho một kết quả khác trong năm {year}",
        "The unit has given the number {number} to another result in {year}",
    ),
    "result_not_pdf": ("Kết quả phải là tệp PDF", "A result must be a PDF"),
    "effective_reversed": (
        "Ngày hết hiệu lực phải có ngày bắt đầu và không được trước ngày đó",
        "The last day of effect needs a first day and may not come before it",
    ),
    "result_replacement_under_way": (
        "Đã có kết quả số {result} đang được lập để thay thế",
        "Result {result} is being made in its place already",
    ),
    "result_not_signed": (
        "Kết quả {result} chưa được ký; không thể giải quyết hồ sơ bằng kết quả này",
        "Result {result} is not signed: the dossier cannot be resolved by it",
    ),
    "result_of_another_dossier": (
        "Kết quả {result} không thuộc hồ sơ này",
        "Result {result} is not of this dossier",
    ),
    "signature_pending": (
        "Kết quả {number} đang chờ ký; ký xong hoặc rút trình ký rồi mới giải quyết hồ sơ",
        "Result {number} waits to be signed: have it signed or take it back before the dossier is resolved",
    ),
    "result_not_published": (
        "Chưa có kết quả điện tử được công bố và còn hiệu lực",
        "No electronic result is published and in force",
    ),
    "result_to_be_published": (
        "Kết quả {number} đã ký nhưng chưa công bố; công bố trước khi trả",
        "Result {number} is signed but not published: publish it before it is handed over",
    ),
    "result_link_unknown": (
        "Đường dẫn không đúng hoặc đã hết hạn",
        "The link is wrong or has expired",
    ),
    "signature_request_unknown": (
        "Không có yêu cầu ký này trong phạm vi của bạn",
        "There is no such request to sign in your scope",
    ),
    "signature_not_waiting": (
        "Yêu cầu không còn chờ ký (hiện {state})",
        "The request no longer waits to be signed (it is {state})",
    ),
    "signing_not_allowed": (
        "Bạn không có quyền ký của đơn vị này và không được ủy quyền ký",
        "You neither sign for this unit nor hold a delegation to",
    ),
    "signer_unknown": (
        "Không có tài khoản này ở đơn vị",
        "There is no such account in the unit",
    ),
    "signing_key_missing": (
        "Chưa có chứng thư số (hoặc không mở được khóa) của người ký hay của đơn vị",
        "The signer or the unit has no certificate, or its key cannot be opened",
    ),
    "signing_token_unavailable": (
        "Thiết bị ký số không trả lời hoặc không nhận mã PIN; chưa ký, hãy báo người quản trị",
        "The signing token does not answer or refuses the PIN: nothing was signed, tell the administrator",
    ),
    "signing_certificate_expired": (
        "Chứng thư số của người ký hoặc của đơn vị chưa hoặc không còn hiệu lực",
        "The certificate of the signer or of the unit is not valid at this time",
    ),
    "pdf_unreadable": (
        "Tệp PDF hỏng, có mật khẩu hoặc không đọc được",
        "The PDF is broken, locked by a password or cannot be read",
    ),
    "time_stamp_unavailable": (
        "Dịch vụ cấp dấu thời gian không trả lời; chưa ký",
        "The time stamp authority does not answer: nothing was signed",
    ),
    "signature_missing": ("Tệp PDF không có chữ ký số", "The PDF bears no signature"),
    "personal_signature_missing": (
        "Tệp PDF chỉ có chữ ký của cơ quan, thiếu chữ ký số cá nhân của người có thẩm quyền",
        "The PDF bears the agency's signature only; the person's own is missing",
    ),
    "unit_signature_missing": (
        "Tệp PDF chỉ có chữ ký cá nhân, thiếu chữ ký số của cơ quan",
        "The PDF bears a person's signature only; the agency's is missing",
    ),
    "result_is_digitized_copy": (
        "Bản số hóa giấy tờ không phải là kết quả giải quyết",
        "A digitized copy of a paper is no result",
    ),
    "signature_broken": (
        "Chữ ký số không toàn vẹn: tệp đã bị sửa sau khi ký ({verdict})",
        "The signature does not hold: the file was changed after it was signed ({verdict})",
    ),
    "signature_untrusted": (
        "Chữ ký toàn vẹn nhưng chưa tin cậy ({verdict}): {signer}, chứng thư do {issuer} cấp",
        "The signature is intact but not trusted ({verdict}): {signer}, certified by {issuer}",
    ),
    "signature_revoked": (
        "Chứng thư số của {signer} (do {issuer} cấp) đã bị thu hồi từ {since}; chữ ký không được chấp nhận",
        "The certificate of {signer} (by {issuer}) was revoked on {since}: the signature is not accepted",
    ),
    "signature_revocation_unknown": (
        "Không có danh sách thu hồi còn hiệu lực để kiểm tra chứng thư số của {signer} (do {issuer} cấp)",
        "No revocation list in force speaks of the certificate of {signer} (by {issuer})",
    ),
    "signing_certificate_revoked": (
        "Chứng thư số của người ký hoặc của đơn vị đã bị thu hồi",
        "The certificate of the signer or of the unit was revoked",
    ),
    "signature_untrusted_here": (
        "Chữ ký vừa tạo không được tin cậy ở đây: kiểm tra chứng thư và danh sách tin cậy",
        "The signature just made is not trusted here: check the certificates and the trusted authorities",
    ),
    "delegation_unknown": (
        "Không có ủy quyền ký này trong phạm vi của bạn",
        "There is no such delegation in your scope",
    ),
    "delegation_over": ("Ủy quyền ký đã hết hoặc đã bị chấm dứt", "The delegation is over or was ended"),
    "delegation_time": (
        "Thời gian ủy quyền phải kết thúc trong tương lai, sau khi bắt đầu, và không quá {days} ngày",
        "A delegation must end in the future, after it begins, and last {days} days at most",
    ),
    "delegate_is_oneself": ("Không thể ủy quyền cho chính mình", "Nobody delegates to themselves"),
    "receiver_is_stranger": (
        "Người nhận không phải chủ hồ sơ hay người đại diện đã ghi; cần ghi việc ủy quyền (lý do, giấy ủy quyền)",
        "The receiver is neither the applicant nor the representative: record the authorisation (reason, paper)",
    ),
    "receiver_number_needed": (
        "Hồ sơ có ghi số định danh: nhập số trên giấy tờ người nhận xuất trình (họ tên chỉ đủ khi hồ sơ không có số)",
        "The dossier holds an identity number: give the one of the receiver's paper; a name alone does not do",
    ),
    "document_of_another_dossier": (
        "Tài liệu {document} không thuộc hồ sơ này",
        "Document {document} is not of this dossier",
    ),
}
