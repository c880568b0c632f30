import type { Plugin } from "rolldown";
import { parseAst } from "rolldown/parseAst";

/**
 * Takes the modules of Node by `process.getBuiltinModule`, and of each only what is named. An `import` of
 * one reads all that the module exports, and much of it is loaded when it is read: `node:fs` brings
 * its streams, `node:process` its reports, `node:crypto` WebCrypto.
 */
export const directBuiltins = (): Plugin => ({
  name: "direct-builtins",
  renderChunk: (code) => {
    let changed = code;
    for (const node of parseAst(code).body.toReversed()) {
      if (node.type !== "ImportDeclaration" || !node.source.value.startsWith("node:")) continue;
      const parts = node.specifiers.map((specifier) => toBinding(specifier));
      const taken = `globalThis.process.getBuiltinModule(${JSON.stringify(node.source.value)})`;
      const named = parts.flatMap((part) => (part.name === undefined ? [] : [part]));
      const whole = parts.filter(({ name }) => name === undefined);
      const lines = [
        ...whole.map(({ local }) => `const ${local} = ${taken};`),
        ...(named.length === 0
          ? []
          : [
              `const { ${named.map(({ name, local }) => `${String(name)}: ${local}`).join(", ")} } = ${taken};`,
            ]),
      ];
      changed = changed.slice(0, node.start) + lines.join("") + changed.slice(node.end);
    }
    return changed === code ? null : { code: changed, map: null };
  },
});

type Specifier = Extract<
  ReturnType<typeof parseAst>["body"][number],
  { type: "ImportDeclaration" }
>["specifiers"][number];

/** The name that is bound, and the export that it is bound to; none for the module itself. */
const toBinding = (specifier: Specifier): { readonly local: string; readonly name?: string } => {
  const local = specifier.local.name;
  if (specifier.type === "ImportDefaultSpecifier") return { local };
  if (specifier.type === "ImportNamespaceSpecifier") {
    // It has a `default` besides, which the module itself has not.
    throw new Error(`the module of Node that is imported as "* as ${local}" must be named`);
  }
  const { imported } = specifier;
  return { local, name: imported.type === "Identifier" ? imported.name : imported.value };
};
