import type { Plugin } from "rolldown";
import { parseSync, Visitor } from "rolldown/utils";

/**
 * Writes what is outside of ASCII as escapes. One such character in a file, and V8 keeps the whole of its
 * text with two bytes for each character. A file stays as it is where a tag may read such text raw.
 */
export const escapeText = (): Plugin => ({
  name: "escape-text",
  // After the minifier, which takes escapes back.
  generateBundle: (_options, bundle) => {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk" || isAscii(file.code) || hasTagged(file.code)) continue;
      file.code = file.code.replaceAll(
        /(\\*)([^\0-\x7F])/gu,
        (_all, slashes: string, text: string) =>
          // A backslash before such a character means nothing, and would turn the escape into its letters.
          [slashes.length % 2 === 1 ? slashes.slice(1) : slashes, ...toEscapes(text)].join(""),
      );
    }
  },
});

// eslint-disable-next-line no-control-regex -- from the first to the last character of ASCII
const isAscii = (code: string): boolean => /^[\0-\x7F]*$/u.test(code);

const toEscapes = (text: string): readonly string[] =>
  Array.from(
    { length: text.length },
    (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`,
  );

/** Whether a tagged template holds text outside of ASCII. */
const hasTagged = (code: string): boolean => {
  let found = false;
  new Visitor({
    TaggedTemplateExpression: ({ start, end }) => {
      found ||= !isAscii(code.slice(start, end));
    },
  }).visit(parseSync("chunk.js", code).program);
  return found;
};
