/** How a command of the documentation is held. */
export type How =
  /** It is run as it stands, in a folder of its own, with the sandbox's token for `ghl-mcp call`. */
  | { readonly kind: "run" }
  /** Its arguments are parsed here; `test` runs it, with these words in its text. */
  | { readonly kind: "covered"; readonly test: string; readonly words: string }
  /** A script of package.json. */
  | { readonly kind: "script" }
  /** A call of a tool with paths of this repository: each must exist. */
  | { readonly kind: "paths" }
  /** It is the command that the start page shows for this client. */
  | { readonly kind: "client"; readonly client: string }
  /** It cannot run in a test, for this reason; the files of the repository that it names must exist. */
  | { readonly kind: "elsewhere"; readonly reason: string };

const covered = (test: string, words: string): How => ({ kind: "covered", test, words });
const elsewhere = (reason: string): How => ({ kind: "elsewhere", reason });

/**
 * How commands are held, first match first. A command without a row fails the test: add one, and prefer
 * `run` to the others. docs/testing.md explains the kinds.
 */
export const COMMANDS: readonly (readonly [RegExp, How])[] = [
  // installs, and long runs that are tests or checks themselves
  [/^npm ci$/u, elsewhere("the tests run on what it installed")],
  [/^npm ci && npm start$/u, covered("test/flows/cli.test.ts", '["serve", "--port"')],
  [/^npm ci && npm test$/u, elsewhere("it is this very run")],
  [/^(npx ghl-mcp|ghl-mcp) serve\b/u, covered("test/flows/cli.test.ts", '["serve", "--port"')],
  [/^(ghl-mcp) stdio\b/u, covered("test/flows/cli.test.ts", '"stdio"')],
  [/^ghl-mcp sandbox\b/u, covered("test/flows/cli.test.ts", '["sandbox", "--port"')],
  [/^ghl-mcp login --paste\b/u, covered("test/flows/cli-paste.test.ts", '"--paste"')],
  [/^ghl-mcp login\b/u, covered("test/flows/cli.test.ts", '["login", "--no-browser"')],
  [/^ghl-mcp storage copy\b/u, covered("test/flows/store-commands.test.ts", '"copy"')],
  [/^ghl-mcp keys\b/u, covered("test/flows/store-commands.test.ts", '"keys", "rotate"')],
  [/^ghl-mcp connect \S+ --write\b/u, covered("test/flows/connect-command.test.ts", '"--write"')],
  [/^MASTER_KEY='aws-/u, covered("test/unit/config/master-key-aws.test.ts", "secretsmanager")],
  [/^NODE_OPTIONS=/u, covered("test/flows/tracing.test.ts", "createOtelTracing")],
  [/^npm pack$/u, covered("test/flows/package.test.ts", "the tarball of npm pack")],
  [
    /^npm run server-json -- --/u,
    covered("test/unit/deploy/server-json.test.ts", "npm run server-json"),
  ],
  [/^npm publish$/u, covered("test/unit/deploy/server-json.test.ts", '"publish"')],
  [/^mcp-publisher /u, elsewhere("an account at the MCP registry")],
  [/^npm install \.\/ghl-mcp/u, covered("test/flows/package.test.ts", '"install"')],
  [
    /^node scripts\/build-catalog\.ts/u,
    covered("test/unit/ghl/catalogue.test.ts", "build-catalog.ts"),
  ],
  [/^npm (start|test)$/u, { kind: "script" }],
  [/^npm run \S+$/u, { kind: "script" }],
  // minutes of both cores: that the options are there is all that a test may ask
  [/^npm run (bench|soak) -- --/u, { kind: "script" }],
  [/^([A-Z_]+=\S+ )?npx vitest run /u, { kind: "paths" }],
  [
    /^claude mcp add --transport http ghl http:\/\/localhost:8000\/mcp$/u,
    { kind: "client", client: "claude-code" },
  ],
  // programs of others
  [
    /^(docker|docker compose) /u,
    elsewhere("no container engine; test/flows/image.test.ts carries out the steps"),
  ],
  [
    /^(mkdir|cp|install) .*(\/opt|\/etc)\//u,
    elsewhere("writes to the system; test/flows/deploy-files.test.ts has systemd read the unit"),
  ],
  [
    /^systemctl /u,
    elsewhere("no systemd runs here; test/flows/deploy-files.test.ts has it read the unit"),
  ],
  [
    /^npm install \/path\/to\//u,
    elsewhere("a path of the reader; test/flows/package.test.ts installs the tarball"),
  ],
  [
    /^(aws|npm install @aws-sdk)/u,
    elsewhere("an account of AWS; test/unit/config/master-key-aws.test.ts stands in for it"),
  ],
  // everything else of this program, and what is small and harmless
  [/^(npx node src\/cli\/main\.ts|ghl-mcp|GHL_\w+=|echo .* \| ghl-mcp) ?/u, { kind: "run" }],
  [/^openssl rand /u, { kind: "run" }],
];

/** Languages of blocks that show and do not do, with the reason why each page may have them. */
export const SHOWN_TEXT: Readonly<Record<string, string>> = {
  "docs/command-line.md": "lines that doctor prints, cut; test/flows/doctor.test.ts makes them",
  "docs/configuration.md":
    "the default scopes; test/unit/config/documentation.test.ts compares them",
  "docs/storage.md": "settings of Redis and lines of keys status; store tests make both",
};

/** Snippets of TypeScript, and the test that compiles and runs those of a page. */
export const TYPESCRIPT: Readonly<Record<string, string>> = {
  "README.md": "test/flows/ghl-library.test.ts",
  "docs/library.md": "test/flows/ghl-library.test.ts",
  "docs/adding-a-tool.md": "test/unit/mcp/example-tool.test.ts",
  "docs/adding-an-overlay.md": "test/unit/docs/overlay-page.test.ts",
};
