import { palette } from './theme.ts';

/** Style sheet of the report: light and dark by the reader's screen, calm on paper. */
export const PAGE_STYLE = `${palette(':root')}
*{box-sizing:border-box}
html{background:var(--page);color:var(--ink);-webkit-text-size-adjust:100%}
body{margin:0;font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1144px;margin:0 auto;padding:28px 24px 64px}
h1{font-size:25px;line-height:1.25;margin:2px 0 4px;overflow-wrap:anywhere}
h2{font-size:19px;margin:44px 0 12px;padding-bottom:6px;border-bottom:1px solid var(--line)}
h3{font-size:15px;margin:24px 0 8px}
p{margin:0 0 8px}
code,pre{font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;font-size:.93em}
pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 14px;white-space:pre-wrap;overflow-wrap:anywhere}
.eyebrow{color:var(--muted);font-size:12px;letter-spacing:.08em;text-transform:uppercase;margin:0}
.muted{color:var(--muted)}
section>p.muted{font-size:13.5px}
header .muted{font-size:14px;overflow-wrap:anywhere}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.banner{display:flex;gap:8px 28px;align-items:baseline;flex-wrap:wrap;margin:20px 0 16px;padding:16px 20px;border:1px solid var(--line);border-left:8px solid currentColor;border-radius:6px;background:var(--panel)}
.banner .word{font-size:28px;font-weight:700;line-height:1.2;margin:0}
.banner>div{flex:1 1 420px;color:var(--ink)}
.banner .aside{color:var(--muted);margin:0}
.banner ul,.lacks ul{margin:6px 0 0;padding-left:20px}
.banner li,.lacks li{overflow-wrap:anywhere}
.lacks{margin:0 0 16px;padding:10px 20px 12px;border:1px dashed var(--warn);border-radius:6px}
.lacks h3{margin:0;color:var(--warn)}
.tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:10px;margin:0}
.tile{border:1px solid var(--line);border-radius:6px;padding:10px 14px}
.tile dt{font-size:13px;color:var(--muted)}
.tile dd{margin:0;font-size:23px;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums;white-space:nowrap}
.tile p{margin:0;font-size:12.5px;color:var(--muted);line-height:1.35}
.scroll{overflow-x:auto;margin:0 0 8px}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:0 0 4px}
th,td{padding:5px 20px 5px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);max-width:34em;overflow-wrap:break-word}
th{color:var(--muted);font-weight:500;white-space:nowrap}
td:first-child{white-space:nowrap;max-width:26em;overflow:hidden;text-overflow:ellipsis}
.number{text-align:right;white-space:nowrap}
.more{color:var(--muted);font-size:13.5px}
.story{list-style:none;margin:0;padding:0}
.story li{display:grid;grid-template-columns:74px 1fr;gap:14px;padding:2.5px 0 2.5px 12px;border-left:3px solid var(--line);overflow-wrap:anywhere}
.story li.fault{border-color:var(--failed);font-weight:600}
.story li.bad{border-color:var(--unknown)}
.story li.good{border-color:var(--good)}
.story li.good,.story li.bad,.story li.fact{color:var(--ink)}
.story small{color:var(--muted);font-weight:400;font-size:13px}
.when{color:var(--muted);text-align:right;font-weight:400;font-variant-numeric:tabular-nums;white-space:nowrap}
.holdfast-timeline{display:block;max-width:100%;height:auto}
.holdfast-timeline text{white-space:pre}
.narrow{display:none}
.finding{border:1px solid var(--line);border-left:5px solid var(--line);border-radius:6px;padding:10px 18px;margin:0 0 14px}
.finding.bad{border-left-color:var(--bad);color:inherit}
.finding h3{margin:0 0 4px}
.finding p{margin:0 0 4px;overflow-wrap:anywhere}
.finding code{font-size:16px}
.count{font-size:16px;margin:0 8px 0 2px}
.finding h3 .muted{margin-left:8px;font-weight:400}
.finding .muted,.finding strong{font-size:13.5px}
.finding .explained{border-left:3px solid var(--line);padding-left:12px;margin:8px 0 0}
summary{cursor:pointer;color:var(--muted);font-size:13.5px;margin:4px 0 6px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:0 40px}
.pair .scroll{margin-bottom:16px}
thead:has(th:empty:first-child):has(th:empty:last-child){display:none}
caption+thead+tbody tr:first-child td{border-top:1px solid var(--line)}
@media (max-width:1000px){.tiles{grid-template-columns:repeat(3,1fr)}}
@media (max-width:940px){table{font-size:12.5px}th,td{padding:4px 11px 4px 0}}
@media (max-width:940px),print{.wide{display:none}.narrow{display:block}}
@media (max-width:640px){.pair{grid-template-columns:1fr}.tiles{grid-template-columns:repeat(2,1fr)}main{padding:18px 14px 40px}.story li{grid-template-columns:58px 1fr;gap:10px}}
@media print{
@page{margin:14mm}
body{font-size:12px}
section>p.muted,header .muted,.story small,.more,summary,.finding .muted,.finding strong{font-size:11px}
main{max-width:none;padding:0}
.tiles{grid-template-columns:repeat(3,1fr)}
.banner,.tile,.finding h3,tr,.story li,svg{break-inside:avoid}
h2,h3{break-after:avoid}
table{font-size:10.5px}
th,td{padding:3px 8px 3px 0}
.scroll{overflow:visible}
details::details-content{content-visibility:visible;block-size:auto}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
