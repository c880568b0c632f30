/**
 * Who may import whom, type imports included. Each folder of src/ names what it may reach; all else is
 * refused. docs/architecture.md explains the layers.
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */

/** Folder of src/ → what its files may import from src/ outside the folder itself. */
const LAYERS = {
  core: [],
  config: ["core/"],
  crypto: ["core/"],
  connect: ["core/", "config/loopback\\.ts$"],
  web: ["core/", "connect/"],
  net: ["core/"],
  observability: ["core/"],
  ghl: ["core/"],
  storage: ["core/", "crypto/"],
  oauth: ["core/", "crypto/", "storage/record-store\\.ts$"],
  upstream: [
    "core/",
    "crypto/",
    "storage/record-store\\.ts$",
    "storage/sealed-store\\.ts$",
    "ghl/ports\\.ts$",
  ],
  // what a process needs that carries one refresh
  courier: [
    "core/",
    "crypto/",
    "net/",
    "storage/spool-folder\\.ts$",
    "upstream/(seal-rotation|refresh-courier)\\.ts$",
  ],
  mcp: ["core/", "ghl/"],
  transport: ["core/", "oauth/", "upstream/", "mcp/", "web/"],
  // data only: a mistake shared by the client and its stand-in would pass its own tests
  sandbox: ["core/", "ghl/catalog/operation\\.ts$", "ghl/catalog/overlays/"],
  library: ["core/", "crypto/", "ghl/", "net/", "upstream/"],
  cli: ["app\\.ts$", "config/", "connect/", "core/", "ghl/", "sandbox/", "observability/"],
};

/** The only places of src/ that may import a package. */
const PACKAGES = {
  hono: { path: "hono|@hono/[^/]+", places: "src/(transport|sandbox)/" },
  mcp: { path: "@modelcontextprotocol/[^/]+", places: "src/(mcp|transport)/" },
  undici: { path: "undici", places: "src/net/" },
  jose: { path: "jose", places: "src/oauth/clients/" },
  prometheus: { path: "prom-client|@opentelemetry/[^/]+", places: "src/observability/" },
  pino: { path: "pino|pino-pretty", places: "src/observability/" },
  commander: { path: "commander", places: "src/cli/" },
  aws: { path: "@aws-sdk/[^/]+", places: "src/config/master-key-aws" },
  databases: { path: "pg|ioredis", places: "src/storage/" },
};

const layerRules = Object.entries(LAYERS).map(([folder, allowed]) => ({
  name: `layer-${folder}`,
  comment: `src/${folder} may import ${allowed.join(", ") || "nothing"} from src/`,
  severity: "error",
  from: { path: `^src/${folder}/` },
  to: { path: "^src/", pathNot: [folder + "/", ...allowed].map((target) => `^src/${target}`) },
}));

const packageRules = Object.entries(PACKAGES).map(([name, { path, places }]) => ({
  name: `package-${name}`,
  comment: `only ${places} imports ${path}`,
  severity: "error",
  from: { path: "^src/", pathNot: `^${places}` },
  to: { path: `(^|/)node_modules/(${path})/` },
}));

const folders = Object.keys(LAYERS).join("|");

module.exports = {
  forbidden: [
    ...layerRules,
    ...packageRules,
    {
      name: "known-folders-only",
      comment:
        "a new folder of src/ needs a row in LAYERS; beside the folders stand app.ts and index.ts",
      severity: "error",
      from: { path: "^src/", pathNot: `^src/((${folders})/|(app|index)\\.ts$)` },
      to: {},
    },
    {
      name: "layer-app",
      comment: "app.ts wires every layer but the two that start it",
      severity: "error",
      from: { path: "^src/app\\.ts$" },
      to: { path: "^src/(cli|sandbox|index\\.ts$)" },
    },
    {
      name: "layer-index",
      comment: "index.ts re-exports the library; the command line is no part of it",
      severity: "error",
      from: { path: "^src/index\\.ts$" },
      to: { path: "^src/cli/" },
    },
    {
      name: "adapters-from-open-only",
      comment: "an adapter is chosen by the storage URL in storage/open.ts and nowhere else",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/storage/(open|sqlite|memory|postgres|redis)" },
      to: { path: "^src/storage/(sqlite|memory|postgres|redis)" },
    },
    {
      name: "sqlite-in-storage-only",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/storage/" },
      to: { path: "^(node:)?sqlite$" },
    },
    {
      name: "core-without-zod",
      severity: "error",
      from: { path: "^src/core/" },
      to: { path: "(^|/)node_modules/zod/" },
    },
    {
      name: "src-without-tests",
      severity: "error",
      from: { path: "^(src|scripts)/", pathNot: "^scripts/(bench|measure|screenshots|soak)/" },
      to: { path: "^test/" },
    },
    {
      name: "measuring-with-test-support",
      comment: "what measures or shows signs in as the tests do, and uses nothing else of them",
      severity: "error",
      from: { path: "^scripts/(bench|measure|screenshots|soak)/" },
      to: { path: "^test/", pathNot: "^test/support/" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "resolvable",
      comment: "an import must lead somewhere",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "declared-packages-only",
      comment:
        "src/ uses dependencies, never devDependencies or what another package happens to bring",
      severity: "error",
      from: { path: "^src/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        // An optional peer: a devDependency for the tests alone.
        pathNot: "(^|/)node_modules/@aws-sdk/client-secrets-manager/",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(data|test-output)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json", ".d.ts"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types", "default"],
    },
  },
};
