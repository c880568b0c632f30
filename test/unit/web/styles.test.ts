import { expect, it } from "vitest";
import { STYLESHEET } from "../../../src/web/styles.ts";

it.each([
  ["light", /:root \{([^}]*)\}/u],
  ["dark", /dark\) \{\s*:root \{([^}]*)\}/u],
])(
  "keeps text readable in %s: every text color has a contrast of at least 4.5",
  (_name, pattern) => {
    const block = pattern.exec(STYLESHEET)?.[1] ?? "";
    const color = (name: string): string =>
      new RegExp(`--${name}: (#[0-9a-f]{6})`, "u").exec(block)?.[1] ?? "";
    const pairs = [
      ["text", "surface"],
      ["text", "accent-soft"],
      ["text", "caution-soft"],
      ["text", "code"],
      ["muted", "surface"],
      ["muted", "accent-soft"],
      ["muted", "caution-soft"],
      ["accent", "surface"],
      ["on-accent", "accent"],
      ["caution", "caution-soft"],
    ] as const;
    for (const [text, ground] of pairs) {
      expect(contrast(color(text), color(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(
        4.5,
      );
    }
    expect(contrast(color("control"), color("surface")), "button borders").toBeGreaterThanOrEqual(
      3,
    );
  },
);

/** WCAG 2.2, contrast ratio. */
const contrast = (one: string, other: string): number => {
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
};
