"""Addresses of articles: which are safe to follow, and which are the same."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit

MAX_URL = 2000
"""Characters: what the columns of addresses hold."""

CLICK_PARAMETERS = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid",
        "ttclid", "igshid", "igsh", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "oly_anon_id",
        "oly_enc_id", "vero_id", "wickedid", "_hsenc", "_hsmi", "__hstc", "__hssc", "_openstat",
        "ef_id", "s_kwcid", "epik", "rb_clickid", "srsltid", "_ga", "_gl", "spm", "scm", "xtor",
        "wt_mc", "wt.mc_id", "guccounter", "guce_referrer", "guce_referrer_sig", "dicbo",
    }
)  # fmt: skip
"""Those of advertising, analytics and mail services."""
TRACKING_PARAMETERS = CLICK_PARAMETERS | frozenset(
    {
        # publishers' own marks of a channel or a campaign
        "cmp", "cmpid", "campaign", "campaign_id", "icid", "ncid", "ocid", "intcmp", "intcid",
        "sc_cid", "sfmc_id", "ftag", "ftcamp", "fsrc", "ito", "mbid", "smid", "smtyp", "taid",
        "tpcc", "traffic_source", "rsscmp", "rssid", "feedtype", "feedname", "ref", "ref_src",
        "ref_url", "referrer", "referer", "source", "partner", "via", "soc_src", "soc_trk",
        "social", "share", "shared", "sharetype", "sr_share", "linksource", "amp", "amp_js_v",
    }
)  # fmt: skip
"""Parameters that only say how a reader got there, in lower case."""
TRACKING_PREFIXES = (
    "utm_", "utm-", "ns_", "at_", "pk_", "mtm_", "matomo_", "hsa_", "itm_", "trk_", "stm_",
)  # fmt: skip
CHANNELS = frozenset({"rss", "rss2", "atom", "feed", "feeds", "rssfeed", "amp", "newsletter"})
"""Values that give a parameter away as the mark of a channel, whatever its name."""

_QUOTED = "/%:=&?~+!$,;'@()*[]|-._"
# What most addresses are: absolute, and already as `safe_url` would write them.
_CLEAN = re.compile(
    r"https?://[a-z0-9.-]*[a-z0-9](?::[1-9]\d{0,3})?/[\w/%:=&~+!$,'@()*|.-]*"
    r"(?:\?[\w/%:=&~+!$,;'@()*|.?-]+)?(?:#[\w/%:=&~+!$,;'@()*|.?-]+)?",
    re.ASCII,
)
_BROKEN_LINE = re.compile(r" *[\x00-\x1f\x7f][\x00-\x20\x7f]*")
_NETLOC = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d+)?")
_SCHEMELESS = re.compile(r"www\.[\w-]+(?:\.[\w-]+)+(?:[/:?#]|$)")
_HOSTLESS = re.compile(r"https?:(?!//[^/])", re.IGNORECASE)
_HOST_PREFIX = re.compile(r"^(?:www\d?|amp|m|mobile)\.(?=[^.]+\.[^.])")
_MAY_SHOW = re.compile(r"google\.|\.ampproject\.")
_AMP_VIEWER = re.compile(r"^/amp/s/(.+)$")
_AMP_CACHE = re.compile(r"^/[a-z]/s/(.+)$")
_AMP_HEAD = re.compile(r"^/amp(?=/.)")
_AMP_TAIL = re.compile(r"(?:/amp|\.amp)(?=\.html?$|$)")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$")


def safe_url(address: str, base: str = "") -> str:
    """`address` as an absolute http(s) URL, relative ones resolved against `base`; else empty.

    Control characters and line breaks are removed, with the spaces at them, and other characters
    that no URL may hold are percent-encoded. Refused are addresses with credentials, and those that
    are longer than `MAX_URL`, or are so in the end.
    """
    address = address.strip()
    if not address or len(address) > MAX_URL:
        return ""
    return address if _CLEAN.fullmatch(address) else _made_safe(address, base)


def _made_safe(address: str, base: str) -> str:
    if not address.isprintable():
        address = _BROKEN_LINE.sub("", address)
    if _HOSTLESS.match(address):
        return ""
    if _SCHEMELESS.match(address):
        address = f"https://{address}"
    try:
        parts = urlsplit(urljoin(base, address))
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    netloc = _netloc(host, port)
    return _joined(parts, netloc) if _NETLOC.fullmatch(netloc) else ""


def canonical_url(url: str) -> str:
    """The form of `url` that is the same for all its variants; for comparing, not for following.

    http and https are one, as are a host with and without `www.`, `m.` or `amp.` in front; default
    port, fragment, trailing slash, `index.html`, tracking parameters (`TRACKING_PARAMETERS`,
    `TRACKING_PREFIXES`, values in `CHANNELS`) and the marks of AMP pages, caches and viewers are
    dropped. Other parameters stay, in their order. The function is idempotent; of an address that
    is not http(s) it is empty.
    """
    for _ in range(4):  # an AMP viewer may show a cache that shows a page
        url = safe_url(url)
        if not _MAY_SHOW.search(url) or not (shown := _shown(urlsplit(url))):
            break
        url = f"https://{shown}"
    if not url:
        return ""
    parts = urlsplit(url)
    host = _stable(_HOST_PREFIX, parts.hostname or "")
    port = None if parts.port in (80, 443) else parts.port
    query = "&".join(p for p in parts.query.split("&") if p and not _is_tracking(p))
    path = _canonical_path(parts.path)
    result = f"https://{_netloc(host, port)}{path}" + (f"?{query}" if query else "")
    return result if len(result) <= MAX_URL else ""


def _shown(parts: SplitResult) -> str:
    """The page that an AMP viewer or cache shows, without its scheme; empty for any other page."""
    host = parts.hostname or ""
    pattern = None
    if re.search(r"(?:^|\.)google\.[a-z.]{2,6}$", host):
        pattern = _AMP_VIEWER
    elif host.endswith(".cdn.ampproject.org"):
        pattern = _AMP_CACHE
    found = pattern.match(parts.path) if pattern else None
    query = f"?{parts.query}" if parts.query else ""
    return f"{found[1]}{query}" if found else ""


def _canonical_path(path: str) -> str:
    if "amp" not in path and "/index." not in path and "/default." not in path:
        return path.rstrip("/")
    while True:
        shorter = _AMP_HEAD.sub("", path.rstrip("/"))
        shorter = _INDEX.sub("", _AMP_TAIL.sub("", shorter))
        if shorter == path:
            return path
        path = shorter


def _is_tracking(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = name.lower()
    return (
        name in TRACKING_PARAMETERS
        or name.startswith(TRACKING_PREFIXES)
        or value.lower() in CHANNELS
    )


def _stable(pattern: re.Pattern[str], text: str) -> str:
    while (shorter := pattern.sub("", text)) != text:
        text = shorter
    return text


def _netloc(host: str, port: int | None) -> str:
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return ""
    host = f"[{host}]" if ":" in host else host.lower()
    return f"{host}:{port}" if port else host


def _joined(parts: SplitResult, netloc: str) -> str:
    url = f"{parts.scheme}://{netloc}{quote(parts.path, safe=_QUOTED)}"
    if parts.query:
        url += f"?{quote(parts.query, safe=_QUOTED)}"
    if parts.fragment:
        url += f"#{quote(parts.fragment, safe=_QUOTED)}"
    return url if len(url) <= MAX_URL else ""
