// How the page looks: for a phone first, light and dark, with no sideways scrolling from 320 pixels on.
// Tested in test/integration/page/browser.test.ts.

export const STYLE = `
:root{color-scheme:light dark;--back:#fff;--card:#f4f5f7;--text:#17191c;--soft:#4c535b;--line:#c9ced4;--error:#b3141d;--warning:#7d4b00;--well:#17652d;--link:#0b57b7}
@media(prefers-color-scheme:dark){:root{--back:#121416;--card:#1d2024;--text:#e9ebee;--soft:#adb5be;--line:#41474f;--error:#ff9a94;--warning:#f2be5c;--well:#83d69a;--link:#8ab8ff}}
*{box-sizing:border-box}
body{margin:0 auto;padding:.75rem;max-width:60rem;background:var(--back);color:var(--text);font:1rem/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
header,section{margin:0 0 1rem}
h1{margin:0;font-size:1.35rem}
h2{margin:0 0 .35rem;font-size:1.1rem}
h3{margin:0;font-size:1rem}
p{margin:.25rem 0}
ul{margin:.25rem 0;padding-left:1.1rem}
section{padding:.75rem;border:1px solid var(--line);border-radius:.5rem}
article{margin:.5rem 0;padding:.5rem .75rem;background:var(--card);border-left:.3rem solid var(--line)}
article.error{border-color:var(--error)}
article.warning{border-color:var(--warning)}
strong.error,article.error h3,.wrong{color:var(--error)}
strong.warning,article.warning h3{color:var(--warning)}
.well{color:var(--well)}
#live,footer{color:var(--soft);font-size:.875rem}
dl{margin:0}
dl div{margin:.25rem 0}
dt{color:var(--soft);font-size:.875rem}
dd{margin:0}
code,.log{font-family:ui-monospace,monospace;font-size:.875rem}
code{padding:.1rem .3rem;background:var(--card);border:1px solid var(--line);border-radius:.25rem;user-select:all}
.log{list-style:none;padding-left:.6rem;border-left:2px solid var(--line);white-space:pre-wrap}
summary{cursor:pointer;padding:.4rem 0;color:var(--link)}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
input,button{font:inherit;padding:.5rem;max-width:100%;color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:.25rem}
table{width:100%;border-collapse:collapse;margin:.5rem 0}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:block;padding:.4rem 0;border-top:1px solid var(--line)}
th,td{display:block;text-align:left;font-weight:400}
tbody th{font-weight:600}
td{display:flex;gap:.5rem}
td::before{content:attr(data-label);flex:0 0 6rem;color:var(--soft);font-size:.75rem;line-height:1.9}
td.none{display:none}
@media(min-width:45rem){
table{display:table}
thead{position:static;clip-path:none}
tr{display:table-row}
th,td,td.none{display:table-cell;padding:.3rem .5rem .3rem 0;vertical-align:top}
thead th{color:var(--soft);font-size:.75rem}
td::before{content:none}
dl div{display:flex;gap:.5rem}
dt{flex:0 0 5rem}
}
`.replaceAll('\n', '');
