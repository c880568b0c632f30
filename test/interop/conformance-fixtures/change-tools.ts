import { MissingRequiredClientCapabilityError } from "@modelcontextprotocol/server";
import { type FixtureTool, NO_ARGUMENTS, toText } from "./fixture.ts";

/** The tools about what a client declared, and about lists that change. */
export const CHANGE_TOOLS: readonly FixtureTool[] = [
  {
    name: "test_missing_capability",
    inputSchema: NO_ARGUMENTS,
    run: () => {
      throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
    },
  },
  {
    name: "test_trigger_tool_change",
    inputSchema: NO_ARGUMENTS,
    run: ({ bus }) => {
      bus.publish({ kind: "tools_list_changed" });
      return toText("published");
    },
  },
  {
    name: "test_trigger_prompt_change",
    inputSchema: NO_ARGUMENTS,
    run: ({ bus }) => {
      bus.publish({ kind: "prompts_list_changed" });
      return toText("published");
    },
  },
];
