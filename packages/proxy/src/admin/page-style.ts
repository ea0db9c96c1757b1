/** Follows the system's theme; no script, no font, nothing from elsewhere. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1a1d24;--soft:#5b6372;--line:#dfe3ea;--accent:#2f5fd0;--bad:#b3261e;--ok:#19733a;--warn:#8a5a00;--s0:#3b6fe0;--s1:#e08a3b;--s2:#2f9e74;--s3:#a45bd0;--s4:#c94f6d;--s5:#7a8699}
@media (prefers-color-scheme:dark){:root{--bg:#111318;--card:#1b1e26;--ink:#e8eaf0;--soft:#9aa3b5;--line:#2c313d;--accent:#8fb0ff;--bad:#ff8a80;--ok:#7bd39b;--warn:#f0c060;--s0:#7ba2ff;--s1:#f2ac6b;--s2:#5fcca0;--s3:#c993ee;--s4:#ee8aa2;--s5:#98a3b5}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px 20px 64px}
header.top{display:flex;align-items:center;justify-content:space-between;gap:16px;flex-wrap:wrap}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:0 0 12px}
nav{display:flex;gap:4px;flex-wrap:wrap;margin:16px 0}
nav a{padding:6px 12px;border-radius:8px;color:var(--soft);text-decoration:none}
nav a[aria-current]{background:var(--card);color:var(--ink);box-shadow:0 0 0 1px var(--line)}
a{color:var(--accent)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px;margin:0 0 16px;overflow-x:auto}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;margin:0 0 16px}
.figures div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 18px}
.figures b{display:block;font-size:24px;font-variant-numeric:tabular-nums}
.soft,.figures span{color:var(--soft)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--soft);text-align:left;font-size:13px}
th,td{padding:7px 12px 7px 0;border-bottom:1px solid var(--line);vertical-align:middle;white-space:nowrap}
tr:last-child td{border-bottom:0}
td.wrap{white-space:normal;min-width:220px}
.n{text-align:right}
meter{width:110px;height:10px;vertical-align:middle}
form.row{display:flex;gap:10px;flex-wrap:wrap;align-items:end}
label{display:grid;gap:4px;font-size:13px;color:var(--soft)}
input,select{font:inherit;color:var(--ink);background:var(--bg);border:1px solid var(--line);border-radius:8px;padding:7px 10px;min-width:0}
button{font:inherit;border:1px solid var(--accent);background:var(--accent);color:var(--card);border-radius:8px;padding:7px 14px;cursor:pointer}
button.quiet{background:none;color:var(--accent);padding:3px 10px}
button.bad{border-color:var(--bad);color:var(--bad)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.flash{border-left:4px solid var(--ok)}.flash.bad{border-left-color:var(--bad)}
code{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere;white-space:normal}
.tag{font-size:12px;padding:1px 8px;border-radius:99px;border:1px solid var(--line);color:var(--soft)}
.tag.bad{color:var(--bad);border-color:currentColor}.tag.warn{color:var(--warn);border-color:currentColor}.tag.ok{color:var(--ok);border-color:currentColor}
.chart{margin:0}.chart svg{width:100%;height:auto;display:block}
.grid{stroke:var(--line)}.tick{fill:var(--soft);font-size:11px}.hit{fill:transparent}g:hover .hit{fill:var(--line);opacity:.4}
rect.s0{fill:var(--s0)}rect.s1{fill:var(--s1)}rect.s2{fill:var(--s2)}rect.s3{fill:var(--s3)}rect.s4{fill:var(--s4)}rect.s5{fill:var(--s5)}
.legend{display:flex;gap:16px;flex-wrap:wrap;list-style:none;padding:0;margin:8px 0 0;color:var(--soft);font-size:13px}
.swatch{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px}
span.s0{background:var(--s0)}span.s1{background:var(--s1)}span.s2{background:var(--s2)}span.s3{background:var(--s3)}span.s4{background:var(--s4)}span.s5{background:var(--s5)}
.login{max-width:420px;margin:12vh auto}
`;
