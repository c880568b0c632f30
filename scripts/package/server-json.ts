import { SETTINGS, type SettingInfo, type SettingName } from "../../src/config/schema.ts";
import { ACCESS_LEVELS } from "../../src/core/access.ts";
import { isSecretSetting, toSettingText } from "./setting-text.ts";

/** The format of server.json: the newest that the registry takes. */
const SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
/** At most 100 characters, which the description of package.json has not. */
const DESCRIPTION =
  "Works in a GoHighLevel account: contacts, deals, calendars, messages, any API operation";

/** The part of package.json that is read here. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  /** The name in the MCP registry, by which it knows that the npm package belongs to the same people. */
  readonly mcpName?: string;
  readonly repository?: { readonly url: string };
  readonly homepage?: string;
}

/** An address at which somebody serves this program over Streamable HTTP. */
export interface Remote {
  readonly type: "streamable-http";
  readonly url: string;
}

/** Without them there is no connection: one that `ghl-mcp login` makes is not kept in `memory:`. */
const REQUIRED: readonly SettingName[] = ["GHL_PRIVATE_TOKEN", "GHL_LOCATION_ID"];

/** Settings that a person may need who starts this over stdio, with defaults that fit any folder. */
const STDIO_SETTINGS: readonly (readonly [SettingName, string?])[] = [
  ...REQUIRED.map((name) => [name] as const),
  ["GHL_CLIENT_ID"],
  ["GHL_CLIENT_SECRET"],
  // Clients start it in whatever folder, also one that nobody may write to.
  ["STORAGE_URL", "memory:"],
  ["LOG_LEVEL"],
];

/** Hosts whose repositories the registry takes, and what it calls them. */
const SOURCES: Readonly<Record<string, string>> = {
  "github.com": "github",
  "gitlab.com": "gitlab",
};

/** What server.json holds for the MCP registry. */
export const toServerJson = (packageJson: PackageJson, remotes: readonly Remote[]) => {
  const { name, version, mcpName, homepage } = packageJson;
  const repository = toRepository(packageJson);
  return {
    $schema: SCHEMA,
    name: mcpName,
    title: "GoHighLevel",
    description: DESCRIPTION,
    version,
    ...(repository === undefined ? {} : { repository }),
    ...(homepage === undefined ? {} : { websiteUrl: homepage }),
    packages: [
      {
        registryType: "npm",
        identifier: name,
        version,
        runtimeHint: "npx",
        transport: { type: "stdio" },
        packageArguments: [
          { type: "positional", value: "stdio" },
          {
            type: "named",
            name: "--access",
            description: "how far the tools may go",
            default: "write",
            choices: ACCESS_LEVELS,
          },
        ],
        environmentVariables: STDIO_SETTINGS.map(([setting, fallback]) =>
          toVariable(setting, fallback),
        ),
      },
    ],
    ...(remotes.length === 0 ? {} : { remotes }),
  };
};

const toVariable = (name: SettingName, fitting: string | undefined) => {
  const { fallback }: SettingInfo = SETTINGS[name];
  const value = fitting ?? fallback;
  return {
    name,
    description: toSettingText(name),
    isRequired: REQUIRED.includes(name),
    isSecret: isSecretSetting(name),
    ...(value === undefined ? {} : { default: value }),
  };
};

const toRepository = ({ repository }: PackageJson) => {
  const url = repository?.url.replace(/^git\+/u, "").replace(/\.git$/u, "");
  const source = SOURCES[URL.parse(url ?? "")?.host ?? ""];
  return source === undefined ? undefined : { url, source };
};
