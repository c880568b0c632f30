import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PackageJson, type Remote, toServerJson } from "./server-json.ts";

/** What the registry takes before the slash, and at least one dot in it. */
const NAMESPACE = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9-]*[a-zA-Z0-9])+$/u;
/** Names that stand for one's own: the domains of examples (RFC 2606 §3), and that of the documentation. */
const PLACEHOLDER = /^(?:(?:com|net|org)\.example(?:\..*)?|io\.github\.OWNER)$/u;
const HOW = "npm run server-json -- --namespace io.github.OWNER";

/** What may be changed in server.json by the one who publishes. */
export interface Publisher {
  /** Absent: as it is. */
  readonly namespace?: string;
  /** An address that serves Streamable HTTP. Absent: as it is; empty: none. */
  readonly remote?: string;
}

/**
 * Writes server.json in `root` from package.json and the settings, and the name into package.json, whose
 * `mcpName` the registry compares. Gives the name. Throws for a namespace or address that it would refuse.
 */
export const writeServerJson = (root: string, { namespace, remote }: Publisher): string => {
  if (namespace !== undefined && !NAMESPACE.test(namespace)) {
    throw new Error(`"${namespace}" is no namespace; give one such as io.github.OWNER`);
  }
  if (remote !== undefined && remote !== "" && URL.parse(remote)?.protocol !== "https:") {
    throw new Error(
      `"${remote}" is no https address; give one such as https://mcp.example.com/mcp`,
    );
  }
  const old = readPackage(root);
  const [before = "", after = ""] = old.mcpName?.split("/") ?? [];
  const mcpName = `${namespace ?? before}/${after}`;
  const remotes =
    remote === undefined
      ? readRemotes(root)
      : remote === ""
        ? []
        : [{ type: "streamable-http" as const, url: remote }];
  const path = join(root, "package.json");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(/"mcpName": "[^"]*"/u, `"mcpName": ${JSON.stringify(mcpName)}`));
  writeFileSync(join(root, "server.json"), toText({ ...old, mcpName }, remotes));
  return mcpName;
};

/** What stands against publishing what is in `root`; empty where nothing does. */
export const findFaults = (root: string): readonly string[] => {
  const packageJson = readPackage(root);
  const namespace = packageJson.mcpName?.split("/")[0] ?? "";
  const path = join(root, "server.json");
  const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  return [
    ...(text === toText(packageJson, text === undefined ? [] : readRemotes(root))
      ? []
      : ["server.json is not what package.json and the settings say; run: npm run server-json"]),
    ...(NAMESPACE.test(namespace) && !PLACEHOLDER.test(namespace)
      ? []
      : [`the namespace "${namespace}" is a placeholder; run: ${HOW}`]),
  ];
};

const readPackage = (root: string): PackageJson =>
  // our own file
  JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as PackageJson;

/** The addresses that server.json names: they stand nowhere else. */
const readRemotes = (root: string): readonly Remote[] => {
  const path = join(root, "server.json");
  if (!existsSync(path)) return [];
  // written by writeServerJson
  const { remotes = [] } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly remotes?: readonly Remote[];
  };
  return remotes;
};

const toText = (packageJson: PackageJson, remotes: readonly Remote[]): string =>
  `${JSON.stringify(toServerJson(packageJson, remotes), undefined, 2)}\n`;
