import pytest
from tests.journeys.test_every_page import *
from tests.journeys.test_every_page import served_world
pytestmark = pytest.mark.browser
def test_peek(served_world, browser):
    v=Visits(browser, served_world.address); o=Opener(served_world.world, v)
    p=o.page("sasha"); p.set_viewport_size(PHONE); p.goto("/contact/")
    print(p.evaluate("""()=>[...document.querySelectorAll('*')].filter(e=>e.getBoundingClientRect().right>321).map(e=>e.tagName+'.'+e.className+' '+Math.round(e.getBoundingClientRect().right)+' '+(e.textContent||'').trim().slice(0,50)).slice(0,25).join('\\n')"""))
    p.screenshot(path="/tmp/list.png", full_page=True); v.close()
