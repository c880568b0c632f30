import { ACCESS_LEVELS } from "../../src/core/access.ts";
import { createRegistry } from "../../src/mcp/registry.ts";
import { TOOLS } from "../../src/mcp/tools/index.ts";
import type { SettingName } from "../../src/config/schema.ts";
import { WHOLE_GRANT } from "../whole-grant.ts";
import { isSecretSetting, toSettingText } from "./setting-text.ts";

/** The part of package.json that a manifest takes over. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly homepage?: string;
  readonly engines: { readonly node: string };
}

/** Where the bundle starts. */
const ENTRY = "bin/desktop.js";

/** What a person is asked for, and the setting that it becomes. */
const FIELDS: Readonly<Record<string, { readonly setting: SettingName; readonly title: string }>> =
  {
    private_token: { setting: "GHL_PRIVATE_TOKEN", title: "Private integration token" },
    location_id: { setting: "GHL_LOCATION_ID", title: "Location id" },
  };

/** The manifest.json of the bundle for Claude Desktop: MCPB 0.3. */
export const toDesktopManifest = (packageJson: BundledPackage) => {
  const { name, version, description, keywords, license, homepage, engines } = packageJson;
  const tools = createRegistry(TOOLS).list(WHOLE_GRANT, { pinned: true, tools: "all" });
  return {
    manifest_version: "0.3",
    name,
    display_name: "GoHighLevel",
    version,
    description,
    author: { name: "The ghl-mcp authors" },
    ...(homepage === undefined ? {} : { homepage }),
    license,
    keywords,
    // MCPB wants one for each service that data of people goes to.
    privacy_policies: ["https://www.gohighlevel.com/privacy-policy"],
    server: {
      type: "node",
      entry_point: ENTRY,
      mcp_config: {
        command: "node",
        args: [`\${__dirname}/${ENTRY}`, "--access=${user_config.access}"],
        env: Object.fromEntries(
          Object.entries(FIELDS).map(([field, { setting }]) => [
            setting,
            `\${user_config.${field}}`,
          ]),
        ),
      },
    },
    tools: tools.map((tool) => ({ name: tool.name, description: tool.description })),
    prompts_generated: true,
    compatibility: { runtimes: { node: engines.node } },
    user_config: {
      ...Object.fromEntries(
        Object.entries(FIELDS).map(([field, { setting, title }]) => [
          field,
          {
            type: "string",
            title,
            description: toSentence(toSettingText(setting)),
            required: true,
            sensitive: isSecretSetting(setting),
          },
        ]),
      ),
      access: {
        type: "string",
        title: "Access",
        description:
          `How far the tools may go: ${ACCESS_LEVELS.join(", ")}. Critical are deletes, messages to ` +
          "people, money, publishing and bulk changes; each waits for your confirmation.",
        default: "write",
      },
    },
  };
};

const toSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
