declare const safe: unique symbol;

/** Markup that is safe to send: made by {@link html}, so every value in it is escaped. */
export interface SafeHtml {
  readonly [safe]: true;
  toString(): string;
}

/** What may stand in a template: text and numbers are escaped, markup and lists of it are not. */
export type HtmlValue = string | number | SafeHtml | readonly SafeHtml[] | undefined;

/**
 * A template tag that escapes every interpolation for element content and for quoted attributes
 * (OWASP XSS rules 1 and 2). Attribute values must be written in double quotes. `undefined` gives
 * nothing.
 */
export const html = (strings: TemplateStringsArray, ...values: readonly HtmlValue[]): SafeHtml => {
  let text = strings[0] ?? "";
  values.forEach((value, index) => {
    text += render(value) + (strings[index + 1] ?? "");
  });
  return markSafe(text);
};

/** The text as it may stand in element content and in a quoted attribute. */
const escapeHtml = (text: string): string =>
  text.replace(UNPRINTABLE, "\uFFFD").replace(SPECIAL, (character) => ENTITIES[character] ?? "");

const made = new WeakSet<object>();

const markSafe = (text: string): SafeHtml => {
  const markup = Object.freeze({ toString: () => text });
  made.add(markup);
  // The brand exists for the type checker only; `made` is what render() trusts.
  return markup as SafeHtml;
};

const render = (value: HtmlValue): string => {
  if (value === undefined) return "";
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(render).join("");
  // Only objects of markSafe() pass unescaped, so that a value cast to SafeHtml does no harm.
  return made.has(value) ? value.toString() : escapeHtml(String(value));
};

const SPECIAL = /[&<>"'`]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * Control characters, and the bidirectional controls that make text read in another order than it is
 * written ("cod.exe" as "exe.doc"): shown as the replacement character, so that they are seen.
 */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;
