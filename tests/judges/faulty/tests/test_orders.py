from order_desk.totals import total

seen: list[str] = []
count: int = "three"


def test_first() -> None:
    seen.append("first")
    assert total([1, 2]) == 3


def test_second() -> None:
    assert seen == ["first"]
    seen.append("second")


def test_third() -> None:
    assert seen == ["first", "second"]
    seen.append("third")


def test_fourth() -> None:
    assert seen == ["first", "second", "third"]
