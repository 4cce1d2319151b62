"""Filled-in forms of the suite: the data of every form as the services make it, about made-up people."""

from typing import Any

from app.services.forms.registry import Form, Purpose, form_with_code

TOKEN = "Zk3vQ0aXb1cYd2eWf3gUh4"
_BASE = "https://motcua.example.vn"
CODE = "H42.37-261123-0012"


def sample(code: str, **changes: Any) -> dict[str, Any]:
    """Return complete data for the form `code`."""
    form = form_with_code(code)
    return _common(form) | _SAMPLES[form.purpose] | changes


def _common(form: Form) -> dict[str, Any]:
    historic = form.code.startswith("TT01")
    return {
        "form": {"code": form.code, "number": form.number, "name": form.name, "instrument": form.instrument},
        "superior": "UBND PHƯỜNG CHÂU SƠN",
        "office": "BỘ PHẬN TIẾP NHẬN\nVÀ TRẢ KẾT QUẢ" if historic else "TRUNG TÂM PHỤC VỤ\nHÀNH CHÍNH CÔNG",
        "number": f"12/{form.suffix}" if form.suffix else None,
        "place_and_date": "Châu Sơn, ngày 23 tháng 11 năm 2026",
        "dossier_code": CODE,
        "verify_address": f"{_BASE}/v/{TOKEN}",
        "receiving_office": "Trung tâm Phục vụ hành chính công phường Châu Sơn",
        "one_stop": "Trung tâm Phục vụ hành chính công phường Châu Sơn",
        "one_stop_plain": "Trung tâm Phục vụ hành chính công phường Châu Sơn",
        "agency": "UBND phường Châu Sơn",
        "agency_capital": "UBND phường Châu Sơn",
        "request": "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân (mã thủ tục 1.004873)",
        "applicant_name": "Nguyễn Thị Thử Nghiệm",
        "applicant_address": "Tổ 1, phường Châu Sơn, tỉnh Ninh Bình",
        "applicant_phone": "0900 000 000",
        "applicant_email": None,
        "clerk": "Đặng Văn Mẫu",
        "signer": "Trần Thị Lãnh Đạo",
    }


_SAMPLES: dict[Purpose, dict[str, Any]] = {
    Purpose.RECEIPT: {
        "copies": [
            {"label": "Liên 1: Lưu", "for_filer": False},
            {"label": "Liên 2: Giao người nộp hồ sơ", "for_filer": True},
        ],
        "filer_name": "Nguyễn Thị Thử Nghiệm",
        "filer_address": "Tổ 1, phường Châu Sơn, tỉnh Ninh Bình",
        "filer_phone": "0900 000 000",
        "filer_email": None,
        "owner_name": "Nguyễn Thị Thử Nghiệm",
        "owner_number": "037990000001",
        "online": False,
        "components": [
            {
                "name": "Tờ khai cấp Giấy xác nhận tình trạng hôn nhân theo mẫu",
                "originals": "1",
                "certified_copies": "",
                "photocopies": "",
                "note": None,
            },
            {
                "name": "Bản án, quyết định ly hôn (nếu đã từng ly hôn)",
                "originals": "",
                "certified_copies": "1",
                "photocopies": "2",
                "note": None,
            },
            {
                "name": "Giấy chứng tử của người vợ hoặc chồng đã chết",
                "originals": "",
                "certified_copies": "",
                "photocopies": "",
                "note": "khai thác từ cơ sở dữ liệu",
            },
        ],
        "sets": "01",
        "limit": "03 ngày làm việc",
        "received": "09 giờ 00 phút, ngày 23 tháng 11 năm 2026",
        "due": "09 giờ 00 phút, ngày 27 tháng 11 năm 2026",
        "provisional": False,
        "return_place": "Trung tâm Phục vụ hành chính công phường Châu Sơn",
        "book": "2026",
        "book_number": "12",
        "lookup_secret": "7K3MQ9XA",
        "lookup_address": f"{_BASE}/api/v1/lookup/{CODE}?secret=7K3MQ9XA",
        "rating_address": f"{_BASE}/r/kYx3vQ0aXb1cYd2eWf3gUh",
    },
    Purpose.SUPPLEMENT_REQUEST: {
        "items": [
            {
                "name": "Tờ khai cấp Giấy xác nhận tình trạng hôn nhân theo mẫu",
                "problem": "Không đúng mẫu quy định",
                "note": "Kê khai theo mẫu mới",
            },
            {"name": "Bản án, quyết định ly hôn", "problem": "Thiếu giấy tờ", "note": None},
        ],
        "reason": "Tờ khai sai mẫu và thiếu bản án ly hôn đã có hiệu lực pháp luật.",
        "answer_due": "23 giờ 59 phút, ngày 23 tháng 12 năm 2026",
        "contact": "Trung tâm Phục vụ hành chính công phường Châu Sơn",
    },
    Purpose.REFUSAL: {
        "reason": "Hồ sơ không thuộc thẩm quyền giải quyết của cơ quan",
        "explanation": "Việc này thuộc thẩm quyền của cơ quan công an nơi thường trú.",
        "legal_basis": "NĐ 118/2025/NĐ-CP",
    },
    Purpose.APOLOGY: {
        "superior": "UBND TỈNH NINH BÌNH",
        "office": "UBND PHƯỜNG CHÂU SƠN",
        "received_day": "Ngày 23 tháng 11 năm 2026",
        "field": "Hộ tịch",
        "due": "09 giờ 00 phút, ngày 27 tháng 11 năm 2026",
        "new_due": "09 giờ 00 phút, ngày 02 tháng 12 năm 2026",
        "reason": "Chờ ý kiến của cơ quan phối hợp. Chưa nhận được kết quả xác minh từ nơi cư trú cũ.",
    },
    Purpose.STOP: {
        "superior": "UBND TỈNH NINH BÌNH",
        "office": "UBND PHƯỜNG CHÂU SƠN",
        "received_day": "Ngày 23 tháng 11 năm 2026",
        "stopped": "09 giờ 00 phút, ngày 04 tháng 01 năm 2027",
        "reason": "Hết thời hạn bổ sung mà không nhận được giấy tờ",
        "explanation": "Đã yêu cầu bổ sung ngày 24 tháng 11 năm 2026 và nhắc một lần.",
        "legal_basis": "NĐ 118/2025/NĐ-CP; TT 03/2025/TT-VPCP",
    },
    Purpose.CONTROL: {
        "cooperating": None,
        "received": "09 giờ 00 phút, ngày 23 tháng 11 năm 2026",
        "due": "09 giờ 00 phút, ngày 27 tháng 11 năm 2026",
        "as_of": "14 giờ 30 phút, ngày 26 tháng 11 năm 2026",
        "as_of_seq": 5,
        "steps": [
            {
                "giver": "Người nộp hồ sơ",
                "receiver": "Trung tâm Phục vụ hành chính công phường Châu Sơn",
                "at": "09 giờ 00 phút, ngày 23 tháng 11 năm 2026",
                "given_by": "",
                "received_by": "Đặng Văn Mẫu",
                "outcome": None,
                "note": "Tiếp nhận hồ sơ, thời hạn 3 ngày làm việc",
            },
            {
                "giver": "Trung tâm Phục vụ hành chính công phường Châu Sơn",
                "receiver": "UBND phường Châu Sơn",
                "at": "14 giờ 05 phút, ngày 23 tháng 11 năm 2026",
                "given_by": "Đặng Văn Mẫu",
                "received_by": "Lê Thị Chuyên Viên",
                "outcome": None,
                "note": "Bắt đầu xử lý",
            },
            {
                "giver": None,
                "receiver": "UBND phường Châu Sơn",
                "at": "08 giờ 10 phút, ngày 25 tháng 11 năm 2026",
                "given_by": "",
                "received_by": "Lê Thị Chuyên Viên",
                "outcome": None,
                "note": "Yêu cầu bổ sung giấy tờ TP01",
            },
            {
                "giver": "UBND phường Châu Sơn",
                "receiver": "Trung tâm Phục vụ hành chính công phường Châu Sơn",
                "at": "14 giờ 30 phút, ngày 26 tháng 11 năm 2026",
                "given_by": "Lê Thị Chuyên Viên",
                "received_by": "",
                "outcome": "early",
                "note": "Đã có kết quả giải quyết",
            },
        ],
    },
    Purpose.REGISTER: {
        "dossier_code": None,
        "verify_address": None,
        "from": "01/11/2026",
        "to": "30/11/2026",
        "field": None,
        "count": "40",
        "rows": [
            [
                str(n),
                f"H42.37-261123-{n:04d}",
                "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
                "1",
                "Nguyễn Thị Thử Nghiệm",
                "Tổ 1, phường Châu Sơn; 0900 000 000",
                "UBND phường Châu Sơn",
                "23/11/2026 09:00",
                "27/11/2026 09:00",
                "26/11/2026 15:00",
                "Trực tiếp",
                "Nguyễn Thị Thử Nghiệm",
                "Trước hạn",
            ]
            for n in range(1, 41)
        ],
    },
}
