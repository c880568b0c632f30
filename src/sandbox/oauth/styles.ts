/** The style sheet of the sandbox's pages, for light and dark. */
export const STYLES = `
:root { color-scheme: light dark; --page: #eef2f6; --card: #ffffff; --text: #16202b; --soft: #526173; --line: #d3dbe4; --accent: #0b6bcb; --on-accent: #ffffff; --tint: #e6f1fc; --note: #7a4b00; --note-tint: #fff3da; }
@media (prefers-color-scheme: dark) { :root { --page: #10161d; --card: #19222c; --text: #e8eef4; --soft: #a3b1c0; --line: #35424f; --accent: #6cb4f7; --on-accent: #0a1520; --tint: #1d3247; --note: #ffd79a; --note-tint: #3a2d15; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; }
h1 { margin: 1rem 0 0.25rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0.25rem 0 1.25rem; overflow-wrap: anywhere; }
.badge { display: inline-block; margin: 0; padding: 0.25rem 0.75rem; border-radius: 0.75rem; background: var(--note-tint); color: var(--note); font-size: 0.875rem; font-weight: 600; }
fieldset { margin: 0 0 1.25rem; padding: 0; border: 0; min-width: 0; }
legend { padding: 0; margin-bottom: 0.5rem; font-size: 0.875rem; font-weight: 600; color: var(--soft); }
.choice { display: flex; gap: 0.75rem; align-items: center; padding: 0.7rem 0.9rem; margin-bottom: 0.5rem; border: 1px solid var(--line); border-radius: 0.5rem; cursor: pointer; }
.choice:hover { border-color: var(--accent); }
.choice:has(input:checked) { border-color: var(--accent); background: var(--tint); }
.choice input { width: 1.15rem; height: 1.15rem; margin: 0; accent-color: var(--accent); flex: none; }
.choice b, .choice small { display: block; }
small, summary, details { color: var(--soft); }
small, details { font-size: 0.875rem; }
summary { cursor: pointer; }
details ul { margin: 0.5rem 0 0; padding-left: 1.25rem; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1.5rem; }
button { padding: 0.65rem 1.25rem; border: 1px solid var(--line); border-radius: 0.5rem; background: transparent; color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
button:hover { border-color: var(--accent); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
