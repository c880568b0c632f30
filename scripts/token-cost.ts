import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { createRegistry } from "../src/mcp/registry.ts";
import { TOOLS } from "../src/mcp/tools/index.ts";
import { WHOLE_GRANT } from "./whole-grant.ts";

/** What the whole list may cost: every conversation of every client pays it. */
const MAX_TOKENS = 3000;

const listed = createRegistry(TOOLS).list(WHOLE_GRANT, { pinned: false, tools: "all" });
for (const tool of listed) {
  console.log(`${String(countTokens(JSON.stringify(tool))).padStart(6)}  ${tool.name}`);
}
const total = countTokens(JSON.stringify({ tools: listed }));
console.log(
  `${String(total).padStart(6)}  in all (o200k, tools/list as JSON), of at most ${MAX_TOKENS}`,
);
if (total > MAX_TOKENS) {
  console.error(`tools/list costs ${total - MAX_TOKENS} tokens too many`);
  process.exitCode = 1;
}
