import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { promptsWithin, toArguments, toPromptText, toWirePrompt } from "../prompts/list-prompts.ts";
import { findPlace } from "../place.ts";
import { LIST_CACHE } from "../server-deps.ts";
import { clip } from "../text.ts";
import type { Feature } from "./feature.ts";

/** `prompts/list` and `prompts/get`. */
export const promptsFeature: Feature = {
  cacheHints: { "prompts/list": LIST_CACHE },
  register: (server, view, deps) => {
    const prompts = promptsWithin(view.principal);
    server.setRequestHandler("prompts/list", async () => {
      const pinned = await findPlace(view.principal, deps);
      return { prompts: prompts.map((prompt) => toWirePrompt(prompt, pinned)) };
    });
    server.setRequestHandler("prompts/get", async ({ params }) => {
      const prompt = prompts.find(({ name }) => name === params.name);
      if (prompt === undefined) {
        const names = prompts.map(({ name }) => name).join(", ");
        throw wrong(
          `no prompt is called "${clip(params.name, 64)}"; this grant has ${names === "" ? "none" : names}`,
        );
      }
      const pinned = await findPlace(view.principal, deps);
      const given = params.arguments ?? {};
      const known = toArguments(prompt, pinned).map(({ name }) => name);
      const unknown = Object.keys(given).find((name) => !known.includes(name));
      if (unknown !== undefined) {
        throw wrong(
          `"${clip(unknown, 64)}" is no argument of this prompt; it has ${known.join(", ")}`,
        );
      }
      const args = Object.fromEntries(
        Object.entries(given).flatMap(([name, value]) =>
          value.trim() === "" ? [] : [[name, clip(value, 200)]],
        ),
      );
      const text = toPromptText(prompt, args, pinned);
      return {
        description: prompt.description,
        messages: [{ role: "user" as const, content: { type: "text" as const, text } }],
      };
    });
  },
};

const wrong = (message: string): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, message);
