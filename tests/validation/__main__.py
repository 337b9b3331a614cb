"""`python -m tests.validation`: write the page again."""

from tests.validation.matrix import PAGE, page

if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
