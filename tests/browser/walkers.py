"""People who walk through the portal in a narrow browser without scripts, by mouse or by keyboard."""

from contextlib import contextmanager

from tests.browser.people import new_email
from tests.factories import PASSWORD

NARROW = {"width": 320, "height": 640}
MOST_TABS = 60
TYPED = ("surname", "given_names", "day", "month", "year", "passport_number")
FOCUS = """targets => {
  const one = document.activeElement, box = one.getBoundingClientRect(), main = document.querySelector("main");
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {
    isSeen: one === document.body || box.width > 0 && inside && getComputedStyle(one).outlineStyle !== "none",
    isThere: targets.includes(one),
    isShortcut: one.matches(".skip") && targets.some(target => main.contains(target)),
  };
}"""
PLACE_IN_LIST = "(list, value) => [...list.options].findIndex(one => one.value === value)"


@contextmanager
def narrow_page(browser, server, reader=None):
    """A page 320 pixels wide in a browser without scripts; signed in like a reader, if one is given."""
    context = browser.new_context(java_script_enabled=False, viewport=NARROW, base_url=server.url)
    yield (logged_in(context, server, reader) if reader else context).new_page()
    context.close()


def logged_in(context, server, reader):
    """Give a browser context the cookies of a reader."""
    context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in reader.cookies.items()])
    return context


class Mouse:
    """Points and clicks."""

    def __init__(self, page):
        self.page = page

    def press(self, target):
        """Follow a link or press a button; the next page fits the screen."""
        with self.page.expect_navigation():
            target.click()
        self._look()

    def unfold(self, target):
        """Open what is folded up under a summary."""
        target.click()

    def tick(self, target):
        """Check a box or choose a radio button."""
        target.check()

    def type(self, target, text):
        """Type into a field."""
        target.fill(text)

    def choose(self, target, value):
        """Choose from a list."""
        target.select_option(value)

    def _look(self):
        assert self.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], self.page.url


class Keyboard(Mouse):
    """Tab, arrows, Space, Enter and letters; never a click. The focus is always visible."""

    def press(self, target):
        self._reach(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self._look()

    def unfold(self, target):
        self._reach(target)
        self.page.keyboard.press("Enter")

    def tick(self, target):
        self._reach(self.page.locator(f"[name='{target.get_attribute('name')}']"))
        while not self._focus(target)["isThere"]:
            self.page.keyboard.press("ArrowDown")
        if not target.is_checked():
            self.page.keyboard.press("Space")

    def type(self, target, text):
        self._reach(target)
        self.page.keyboard.type(text)

    def choose(self, target, value):
        self._reach(target)
        for _ in range(target.evaluate(PLACE_IN_LIST, value)):
            self.page.keyboard.press("ArrowDown")
        assert target.input_value() == value

    def _reach(self, target):
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            focus = self._focus(target)
            assert focus["isSeen"], self.page.evaluate("document.activeElement.outerHTML")
            if focus["isThere"]:
                return
            if focus["isShortcut"]:
                self.page.keyboard.press("Enter")
        raise AssertionError(f"out of reach for the keyboard: {target}")

    def _focus(self, target):
        return self.page.evaluate(FOCUS, target.element_handles())


class Walk:
    """The way of a family, rows of a case file, to its appointment: hands use the elements of the signposts."""

    def __init__(self, rows, hands, signposts):
        self.rows, self.hands, self.page, self.find = rows, hands, hands.page, signposts(hands.page)

    def sign_up(self, language):
        """From the front page to an account."""
        self.page.goto(f"/{language}/")
        self.hands.press(self.find["sign up"])
        self.hands.type(self.find["email"], new_email())
        self.hands.type(self.find["password"], PASSWORD)
        self.hands.type(self.find["password again"], PASSWORD)
        self.hands.tick(self.find["agreed"])
        self.hands.press(self.find["create"])

    def begin(self):
        """From the dashboard to the details."""
        self.hands.unfold(self.find["menu"])
        self.hands.press(self.find["new"])
        for step in ("visa", "purpose"):
            self.hands.tick(self.find[step])
            self.hands.press(self.find["go on"])

    def describe(self):
        """Type the details; do not send them."""
        first = self.rows[0]
        year, month, day = first["date_of_birth"].split("-")
        typed = {**first, "day": day, "month": month, "year": year}
        self.hands.choose(self.find["location"], first["post"])
        for name in TYPED:
            self.hands.type(self.find[name], typed[name])
        self.hands.choose(self.find["nationality"], first["nationality"])

    def answer(self):
        """Send the details, answer the questions, name the case."""
        self.hands.press(self.find["go on"])
        for question in self.find["questions"]:
            self.hands.tick(question)
        self.hands.press(self.find["go on"])
        self.hands.type(self.find["case"], self.rows[0]["case_number"])
        self.hands.press(self.find["go on"])

    def schedule(self):
        """Take a time."""
        self.hands.tick(self.find["time"])
        self.hands.press(self.find["schedule"])


class CourierWalk(Walk):
    """The way of a family to its package."""

    def begin(self):
        """From the dashboard to the details; the only service is chosen already."""
        self.hands.unfold(self.find["menu"])
        self.hands.press(self.find["courier"])
        self.hands.press(self.find["category"])
        assert self.find["service"].is_checked()
        self.hands.press(self.find["go on"])

    def describe(self):
        """Type the details, the case number among them; do not send them."""
        super().describe()
        self.hands.type(self.find["case number"], self.rows[0]["case_number"])

    def register(self):
        """Send the details, choose an agency, add no family member."""
        self.hands.press(self.find["submit"])
        self.hands.tick(self.find["agency"])
        self.hands.press(self.find["submit"])
        self.hands.press(self.find["alone"])

    def come_back(self, language):
        """Without the account: from the question whether one is registered to the confirmation page."""
        first = self.rows[0]
        year, month, day = first["date_of_birth"].split("-")
        self.page.context.clear_cookies()
        self.page.goto(f"/{language}/confirmation")
        self.hands.tick(self.find["registered"])
        for name, text in {**first, "day": day, "month": month, "year": year}.items():
            if name in ("passport_number", "day", "month", "year"):
                self.hands.type(self.find[name], text)
        self.hands.choose(self.find["nationality"], first["nationality"])
        self.hands.press(self.find["submit"])
        self.hands.press(self.find["view"])
