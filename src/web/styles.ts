/**
 * The only stylesheet. System fonts, light and dark by the reader's setting, text at 4.5:1 or more
 * (WCAG 2.2 AA), targets of 44 px, nothing loaded from elsewhere.
 */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f3;
  --surface: #ffffff;
  --text: #1b211e;
  --muted: #56605b;
  --line: #d5dad6;
  --control: #858f89;
  --accent: #0b6650;
  --on-accent: #ffffff;
  --accent-soft: #e7f2ee;
  --caution: #7a4a00;
  --caution-soft: #fdf3df;
  --code: #eef0ed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121614;
    --surface: #1b211e;
    --text: #e7ebe8;
    --muted: #a4aea8;
    --line: #343d38;
    --control: #7c8781;
    --accent: #63cfae;
    --on-accent: #06231a;
    --accent-soft: #1c3129;
    --caution: #f2c46d;
    --caution-soft: #322914;
    --code: #262d29;
  }
}
* { box-sizing: border-box; }
html { font-size: 100%; -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  padding: 0 1rem 3rem;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
main {
  max-width: 38rem;
  margin: 3rem auto 0;
  padding: 2rem 2.25rem;
  background: var(--surface);
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  overflow-wrap: anywhere;
}
.banner {
  max-width: 38rem;
  margin: 1.25rem auto -1.75rem;
  padding: 0.6rem 1rem;
  border-radius: 0.5rem;
  background: var(--caution-soft);
  color: var(--caution);
  font-size: 0.9375rem;
}
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; text-wrap: balance; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.0625rem; line-height: 1.4; font-weight: 650; }
p { margin: 0 0 1rem; }
ul { margin: 0 0 1rem; padding-left: 1.25rem; }
a { color: var(--accent); text-underline-offset: 0.15em; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.875rem; }
pre { margin: 0 0 1rem; padding: 0.75rem 1rem; border-radius: 0.5rem; background: var(--code); white-space: pre-wrap; }
.small { margin: 1.25rem 0 0; color: var(--muted); font-size: 0.875rem; }
.small + .small { margin-top: 0.25rem; }
.facts { margin: 0 0 1.25rem; border-top: 1px solid var(--line); }
.facts div { display: grid; grid-template-columns: 8rem 1fr; gap: 0 1rem; padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; }
.facts dd b { font-weight: 600; }
.facts dd span { display: block; color: var(--muted); font-size: 0.9375rem; }
.url { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; padding: 0.75rem 1rem; border-radius: 0.5rem; background: var(--accent-soft); }
.url span { color: var(--muted); font-size: 0.875rem; }
.url code { font-size: 1rem; }
.notice, .warning { padding: 0.75rem 1rem; border-left: 0.25rem solid var(--caution); border-radius: 0.25rem; background: var(--caution-soft); color: var(--text); }
.done, .before { padding: 0.75rem 1rem; border-left: 0.25rem solid var(--accent); border-radius: 0.25rem; background: var(--accent-soft); color: var(--text); }
.next { margin: 1.5rem 0 0; }
fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
legend { padding: 0; margin-bottom: 0.5rem; font-weight: 650; }
.levels { display: grid; gap: 0.5rem; }
.choice {
  display: flex;
  gap: 0.75rem;
  align-items: flex-start;
  min-height: 2.75rem;
  padding: 0.7rem 0.9rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  cursor: pointer;
}
.choice:hover { border-color: var(--control); }
.choice:has(input:checked) { border-color: var(--accent); background: var(--accent-soft); }
.choice.strong:has(input:checked) { border-color: var(--caution); background: var(--caution-soft); }
.choice input { flex: none; width: 1.125rem; height: 1.125rem; margin: 0.2rem 0 0; accent-color: var(--accent); }
.choice.strong input { accent-color: var(--caution); }
.choice b { font-weight: 600; }
.choice em { margin-left: 0.4rem; color: var(--muted); font-size: 0.875rem; font-style: normal; }
.choice span span { display: block; color: var(--muted); font-size: 0.9375rem; line-height: 1.4; }
details { margin: 1rem 0 0; border: 1px solid var(--line); border-radius: 0.5rem; }
summary { padding: 0.7rem 0.9rem; border-radius: 0.5rem; cursor: pointer; font-weight: 650; }
summary span { margin-left: 0.4rem; color: var(--muted); font-weight: 400; }
.areas { display: grid; grid-template-columns: 1fr 1fr; gap: 0.5rem; padding: 0.25rem 0.9rem 0.9rem; }
.areas legend { margin-bottom: 0.25rem; color: var(--muted); font-size: 0.875rem; font-weight: 400; }
.areas .choice { padding: 0.5rem 0.7rem; }
.areas .choice:has(input:checked) { border-color: var(--line); }
.areas .choice span span { font-size: 0.875rem; }
.accounts { margin-top: 1.5rem; }
.field { margin: 0 0 1rem; }
.field label { display: block; margin-bottom: 0.35rem; font-weight: 600; }
.field input, .field select {
  width: 100%;
  min-height: 2.75rem;
  padding: 0.55rem 0.75rem;
  border: 1px solid var(--control);
  border-radius: 0.5rem;
  background: var(--surface);
  color: var(--text);
  font: inherit;
}
.filter { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; margin: 0 0 0.5rem; }
.filter .field { min-width: 0; }
.filter .actions { align-self: end; margin: 0 0 1rem; }
.hint { margin: 0.35rem 0 0; color: var(--muted); font-size: 0.875rem; }
.token > :not(summary) { margin: 0 0.9rem 0.9rem; }
details.reach { padding: 0 0.9rem; }
details.reach > summary { margin: 0 -0.9rem; }
details.reach[open] { padding-bottom: 0.9rem; }
.guide { display: grid; gap: 0.5rem; }
.guide details { margin: 0; }
.guide details > :not(summary) { margin-left: 0.9rem; margin-right: 0.9rem; }
.guide p { margin-bottom: 0.5rem; }
.cards { display: grid; gap: 1rem; margin: 0 0 1rem; padding: 0; list-style: none; }
.cards > li { padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-radius: 0.5rem; }
.cards h2, .cards h3 { margin: 0 0 0.6rem; font-size: 1.0625rem; line-height: 1.4; font-weight: 650; }
.cards h3::first-letter { text-transform: uppercase; }
.cards p { margin: 0 0 0.6rem; }
.cards .facts { margin-bottom: 1rem; }
.cards .facts div { padding: 0.4rem 0; }
.cards .since { color: var(--muted); font-size: 0.9375rem; }
.cards details { margin-top: 0.75rem; }
.cards details > :not(summary) { margin: 0 0.9rem 0.9rem; }
.cards details + .facts { margin-top: 1rem; }
.cards > li > :last-child { margin-bottom: 0; }
.cards .facts:last-child > div:last-child { padding-bottom: 0; border-bottom: 0; }
.spans { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0 0 1rem; }
.spans a { display: inline-flex; align-items: center; min-height: 2.75rem; padding: 0.3rem 0.9rem; border: 1px solid var(--line); border-radius: 0.5rem; }
.spans a[aria-current] { border-color: var(--accent); background: var(--accent-soft); color: var(--text); font-weight: 600; text-decoration: none; }
.pages { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
.pages a { padding: 0.25rem 0; }
.calls { margin: 0 0 1rem; }
.cards .scale { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin: 0.25rem 0; color: var(--muted); font-size: 0.875rem; }
.chart, .meter { display: block; width: 100%; }
.chart { height: 6rem; overflow: visible; }
.chart path { fill: none; stroke: var(--line); stroke-width: 1px; vector-effect: non-scaling-stroke; }
.chart .axis { stroke: var(--control); }
.chart .ok { fill: var(--accent); }
.chart .failed { fill: var(--surface); stroke: var(--caution); stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
.meter { height: 0.5rem; margin: 0.35rem 0 0.15rem; border: 1px solid var(--control); border-radius: 0.25rem; }
.meter .left { fill: var(--accent); }
.meter .low { fill: var(--caution); }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
.cards details > table { width: calc(100% - 1.8rem); }
th, td { padding: 0.3rem 0.5rem 0.3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
thead th { color: var(--muted); }
td:last-child { overflow-wrap: anywhere; }
.end { margin-top: 2rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.25rem 0 0; }
button, .button {
  display: inline-block;
  min-height: 2.75rem;
  min-width: 8rem;
  padding: 0.6rem 1.4rem;
  border: 1px solid var(--control);
  border-radius: 0.5rem;
  background: transparent;
  color: var(--text);
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
button:hover, .button:hover { border-color: var(--text); }
button.primary, .button { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
button.strong { border-color: var(--caution); color: var(--caution); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.choice:focus-within:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
.choice input:focus-visible { outline: none; }
@media (max-width: 34rem) {
  body { padding: 0 0.75rem 2rem; }
  main { margin-top: 1rem; padding: 1.5rem 1.25rem; }
  .banner { margin: 0.75rem auto -0.25rem; }
  .facts div { grid-template-columns: 1fr; }
  .areas, .filter { grid-template-columns: 1fr; }
  .actions > * { flex: 1 1 100%; }
  .cards > li { padding: 1rem; }
  .scale .key { order: 1; flex: 1 1 100%; }
  .cards details > :not(summary) { margin-left: 0.6rem; margin-right: 0.6rem; }
  .cards details > table { width: calc(100% - 1.2rem); }
}
@media (forced-colors: active) {
  .choice:has(input:checked) { border-width: 3px; }
  .spans a[aria-current] { border-width: 3px; }
  .chart path { stroke: CanvasText; }
  .chart .ok, .meter .left { fill: CanvasText; }
  .chart .failed { fill: Canvas; stroke: CanvasText; }
}
`.trimStart();
