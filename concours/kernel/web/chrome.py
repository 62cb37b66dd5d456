"""What surrounds the content of a page. Each application's context processor gives base.html one `Chrome`.

Nothing in it is of one request: what is drawn of it is kept for all pages where it is the same.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """A link of the header, the menu or the footer."""

    label: str
    url: str
    current: bool = False
    """This is the page, or the section, where the visitor stands."""


@dataclass(frozen=True, kw_only=True)
class Chrome:
    """Header, menu and footer of a page, as the visitor may see them."""

    service_title: str
    tagline: str
    home_url: str
    contact_email: str
    nav: tuple[NavItem, ...] = ()
    tools: tuple[NavItem, ...] = ()
    """Quick links at the top right."""
    footer_links: tuple[NavItem, ...] = ()
    """The mandatory links: legal notice, personal data, accessibility…"""
    deadline: str | None = None
    """The sentence shown above every page while it matters, for instance « Dépôt ouvert jusqu'au samedi… »."""
    news: str | None = None
    """What everybody must know, shown above every page, for instance that the closing was put off."""
    deadline_in_news: bool = False
    """The news says the deadline already: it is not shown twice."""
    notice: str | None = None
    """A warning about the whole site, for instance that it is a demonstration."""
    status_url: str | None = None
    """Where the state of the services is told; error pages name it."""
    signed_in_as: str | None = None
    state_brand: bool = False
    """The deployer is entitled to the State's name: `BRAND=etat`."""
    sign_out_url: str | None = None
    """Where the sign-out button posts; it shows only with `signed_in_as`."""
