import { type FixtureTool, NO_ARGUMENTS, pause, toText } from "./fixture.ts";
import { RED_PIXEL_PNG, SILENT_WAV } from "./media.ts";

const IMAGE = { type: "image", data: RED_PIXEL_PNG, mimeType: "image/png" } as const;

/** The tools that show each kind of content, errors, progress and logging. */
export const CONTENT_TOOLS: readonly FixtureTool[] = [
  {
    name: "test_simple_text",
    inputSchema: NO_ARGUMENTS,
    run: () => toText("This is a simple text response for testing."),
  },
  {
    name: "test_image_content",
    inputSchema: NO_ARGUMENTS,
    run: () => ({ content: [IMAGE] }),
  },
  {
    name: "test_audio_content",
    inputSchema: NO_ARGUMENTS,
    run: () => ({ content: [{ type: "audio", data: SILENT_WAV, mimeType: "audio/wav" }] }),
  },
  {
    name: "test_embedded_resource",
    inputSchema: NO_ARGUMENTS,
    run: () => ({
      content: [
        {
          type: "resource",
          resource: {
            uri: "test://embedded-resource",
            mimeType: "text/plain",
            text: "This is an embedded resource content.",
          },
        },
      ],
    }),
  },
  {
    name: "test_multiple_content_types",
    inputSchema: NO_ARGUMENTS,
    run: () => ({
      content: [
        { type: "text", text: "Multiple content types test:" },
        IMAGE,
        {
          type: "resource",
          resource: {
            uri: "test://mixed-content-resource",
            mimeType: "application/json",
            text: '{"test":"data","value":123}',
          },
        },
      ],
    }),
  },
  {
    name: "test_error_handling",
    inputSchema: NO_ARGUMENTS,
    run: () => ({
      ...toText("This tool intentionally returns an error for testing"),
      isError: true,
    }),
  },
  {
    name: "test_tool_with_progress",
    inputSchema: NO_ARGUMENTS,
    run: async ({ context }) => {
      const progressToken = context.mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined) {
          await context.mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken, progress, total: 100 },
          });
        }
        await pause(50);
      }
      return toText("done");
    },
  },
  {
    name: "test_tool_with_logging",
    inputSchema: NO_ARGUMENTS,
    run: async ({ context }) => {
      const messages = [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
      ];
      for (const message of messages) {
        await context.mcpReq.log("info", message);
        await pause(50);
      }
      return toText("done");
    },
  },
  {
    name: "test_logging_tool",
    inputSchema: NO_ARGUMENTS,
    run: async ({ context }) => {
      await context.mcpReq.log("info", "a line that only a client that asked for it may see");
      return toText("logged");
    },
  },
  {
    name: "json_schema_2020_12_tool",
    inputSchema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      $defs: {
        address: {
          $anchor: "addressDef",
          type: "object",
          properties: { street: { type: "string" }, city: { type: "string" } },
        },
      },
      properties: {
        name: { type: "string" },
        address: { $ref: "#/$defs/address" },
        contactMethod: { type: "string", enum: ["phone", "email"] },
        phone: { type: "string" },
        email: { type: "string" },
      },
      allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
      if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
      // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
      then: { required: ["phone"] },
      else: { required: ["email"] },
      additionalProperties: false,
    },
    run: () => toText("valid"),
  },
];
