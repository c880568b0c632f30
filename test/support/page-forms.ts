/** A form of a page, with the values that it would send untouched. */
export interface PageForm {
  /** As written; relative to the page. */
  readonly action: string;
  readonly method: "GET" | "POST";
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /** Every choice of radio buttons, checkboxes and selects, by name. */
  readonly choices: Readonly<Record<string, readonly Choice[]>>;
  readonly buttons: readonly Button[];
}

/** One choice of a group. */
export interface Choice {
  readonly value: string;
  /** The text of the label around it or after it. */
  readonly label: string;
}

/** A submit button. */
export interface Button {
  readonly name?: string;
  readonly value: string;
  readonly text: string;
  /** `formaction`, where the button has one. */
  readonly action?: string;
}

/** Reads the forms of a page of our own or of the sandbox: well-formed HTML, nothing exotic. */
export function parseForms(html: string): readonly PageForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/giu)].map(
    ([, head = "", inner = ""]) => {
      const attributes = parseAttributes(head);
      const controls = parseControls(inner);
      return {
        action: attributes.get("action") ?? "",
        method: (attributes.get("method") ?? "get").toUpperCase() === "POST" ? "POST" : "GET",
        fields: collect(controls.filter((one) => one.sent)),
        choices: collectChoices(controls.filter((one) => one.choice)),
        buttons: parseButtons(inner),
      };
    },
  );
}

interface Control extends Choice {
  readonly name: string;
  /** Sent when the form is submitted untouched. */
  readonly sent: boolean;
  readonly choice: boolean;
}

function parseControls(html: string): Control[] {
  return [...parseInputs(html), ...parseSelects(html), ...parseTextareas(html)];
}

function parseInputs(html: string): Control[] {
  return [
    ...html.matchAll(/<input\b([^>]*)>([^<]*(?:<(?!input|button|\/label)[^>]*>[^<]*)*)/giu),
  ].flatMap(([, head = "", after = ""]) => {
    const attributes = parseAttributes(head);
    const name = attributes.get("name");
    const type = attributes.get("type") ?? "text";
    if (name === undefined || type === "submit" || attributes.has("disabled")) return [];
    const choice = type === "radio" || type === "checkbox";
    const value = attributes.get("value") ?? (choice ? "on" : "");
    return [
      { name, value, choice, label: textOf(after), sent: !choice || attributes.has("checked") },
    ];
  });
}

function parseSelects(html: string): Control[] {
  return [...html.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/giu)].flatMap(
    ([, head = "", inner = ""]) => {
      const name = parseAttributes(head).get("name") ?? "";
      const options = [...inner.matchAll(/<option\b([^>]*)>([^<]*)/giu)].map(
        ([, own = "", text = ""]) => {
          const attributes = parseAttributes(own);
          return {
            value: attributes.get("value") ?? textOf(text),
            label: textOf(text),
            selected: attributes.has("selected"),
          };
        },
      );
      const chosen = options.find((one) => one.selected) ?? options[0];
      return options.map(({ label, value }) => ({
        name,
        value,
        label,
        choice: true,
        sent: value === chosen?.value,
      }));
    },
  );
}

function parseTextareas(html: string): Control[] {
  return [...html.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/giu)].map(
    ([, head = "", text = ""]) => ({
      name: parseAttributes(head).get("name") ?? "",
      value: unescape(text),
      label: "",
      choice: false,
      sent: true,
    }),
  );
}

function parseButtons(html: string): Button[] {
  const inputs = [...html.matchAll(/<input\b([^>]*\btype="?submit[^>]*)>()/giu)];
  const buttons = [...html.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/giu)];
  return [...inputs, ...buttons].map(([, head = "", inner = ""]) => {
    const attributes = parseAttributes(head);
    const name = attributes.get("name");
    const action = attributes.get("formaction");
    const value = attributes.get("value") ?? "";
    return {
      value,
      text: inner === "" ? value : textOf(inner),
      ...(name === undefined ? {} : { name }),
      ...(action === undefined ? {} : { action }),
    };
  });
}

function collect(controls: readonly Control[]): Record<string, string | readonly string[]> {
  const fields: Record<string, string | readonly string[]> = {};
  for (const [name, values] of Map.groupBy(controls, (one) => one.name)) {
    const [first, ...more] = values.map((one) => one.value);
    fields[name] = more.length === 0 ? (first ?? "") : [first ?? "", ...more];
  }
  return fields;
}

function collectChoices(controls: readonly Control[]): Record<string, readonly Choice[]> {
  return Object.fromEntries(
    [...Map.groupBy(controls, (one) => one.name)].map(([name, group]) => [
      name,
      group.map(({ label, value }) => ({ label, value })),
    ]),
  );
}

function parseAttributes(text: string): ReadonlyMap<string, string> {
  const pattern = /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gu;
  return new Map(
    [...text.matchAll(pattern)].map(([, name = "", double, single, bare]) => [
      name.toLowerCase(),
      unescape(double ?? single ?? bare ?? ""),
    ]),
  );
}

function textOf(html: string): string {
  return unescape(html.replaceAll(/<[^>]*>/gu, " "))
    .replaceAll(/\s+/gu, " ")
    .trim();
}

function unescape(text: string): string {
  return text
    .replaceAll(/&#x([0-9a-f]+);/giu, (_, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    )
    .replaceAll(/&#(\d+);/gu, (_, decimal: string) => String.fromCodePoint(Number(decimal)))
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&amp;", "&");
}
