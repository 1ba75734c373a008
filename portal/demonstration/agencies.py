"""Invented courier offices (agencies) for the demonstration."""

from portal.courier.agencies import save_agency
from portal.journal import journal
from portal.posts.operations import post_by_code

COURIER = "DHL"
WEEK = "Lunes a viernes 9:00–18:00\nSábado 9:00–13:00"
HOURS = "Thứ Hai – Thứ Sáu 8:00–18:00\nThứ Bảy 8:00–12:00"
# Code, name, city, address, opening hours.
AGENCIES = {
    "CDJ": (
        ("CJS1", "Centro", "Ciudad Juárez", "Calle de la Demostración 21, Centro\n32000 Ciudad Juárez, Chih.", WEEK),
        ("CJS2", "Consulado", "Ciudad Juárez", "Paseo del Ejemplo 305\n32420 Ciudad Juárez, Chih.", WEEK),
        ("CUU1", "Chihuahua Norte", "Chihuahua", "Avenida de la Muestra 1400\n31100 Chihuahua, Chih.", WEEK),
        (
            "CUU2",
            "Chihuahua Centro",
            "Chihuahua",
            "Calle del Modelo 8\n31000 Chihuahua, Chih.",
            "Lunes a viernes 9:00–17:00",
        ),
        ("MTY1", "Monterrey Centro", "Monterrey", "Avenida del Ensayo 77\n64000 Monterrey, N.L.", WEEK),
    ),
    "HCM": (
        ("SGN1", "Quận 1", "Thành phố Hồ Chí Minh", "12 Đường Ví Dụ, Quận 1\nThành phố Hồ Chí Minh", HOURS),
        (
            "SGN2",
            "Tân Bình",
            "Thành phố Hồ Chí Minh",
            "340 Đường Minh Họa, Quận Tân Bình\nThành phố Hồ Chí Minh",
            HOURS,
        ),
        ("HAN1", "Hoàn Kiếm", "Hà Nội", "5 Phố Thí Dụ, Quận Hoàn Kiếm\nHà Nội", HOURS),
    ),
}


def open_agencies(now):
    """Open the agencies of the posts that accept packages; return how many."""
    for code, rows in AGENCIES.items():
        for number, name, city, address, hours in rows:
            values = {"code": number, "courier": COURIER, "name": name, "city": city}
            values |= {"address": address, "opening_hours": hours}
            save_agency(post_by_code(code), None, values, journal.COMMAND, now)
    return sum(map(len, AGENCIES.values()))
