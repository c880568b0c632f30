import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { type FixtureContext, type FixtureTool, NO_ARGUMENTS, toText } from "./fixture.ts";

const NAME = z.object({ name: z.string() });
const CONFIRMATION = z.object({ ok: z.boolean() });

const DECLARED = z.looseObject({ elicitation: z.unknown(), sampling: z.unknown() }).partial();

const askName = () =>
  inputRequired.elicit({ message: "What is your name?", requestedSchema: NAME });
const askConfirmation = () =>
  inputRequired.elicit({ message: "Please confirm", requestedSchema: CONFIRMATION });
const askModel = (text: string) =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text } }],
    maxTokens: 100,
  });

const responsesOf = ({ context }: FixtureContext) => context.mcpReq.inputResponses;

/** One round with a state that must come back as it went. */
const statefulTool = (name: string): FixtureTool => ({
  name,
  inputSchema: NO_ARGUMENTS,
  run: async (given) => {
    const { context, state } = given;
    const confirmed = acceptedContent(responsesOf(given), "confirm", CONFIRMATION);
    if (confirmed !== undefined && context.mcpReq.requestState<string>() === name) {
      return toText("state-ok");
    }
    return inputRequired({
      inputRequests: { confirm: askConfirmation() },
      requestState: await state.mint(name, context),
    });
  },
});

const runMultiRound = async (given: FixtureContext) => {
  const { context, state } = given;
  const step = context.mcpReq.requestState<string>();
  const name = acceptedContent(responsesOf(given), "step1", NAME);
  const colour = acceptedContent(responsesOf(given), "step2", z.object({ color: z.string() }));
  if (step === "second" && colour !== undefined) return toText(`done: ${colour.color}`);
  if (step === "first" && name !== undefined) {
    return inputRequired({
      inputRequests: {
        step2: inputRequired.elicit({
          message: "Step 2: What is your favorite color?",
          requestedSchema: z.object({ color: z.string() }),
        }),
      },
      requestState: await state.mint("second", context),
    });
  }
  return inputRequired({
    inputRequests: {
      step1: inputRequired.elicit({
        message: "Step 1: What is your name?",
        requestedSchema: NAME,
      }),
    },
    requestState: await state.mint("first", context),
  });
};

const runMultipleInputs = async (given: FixtureContext) => {
  const { context, state } = given;
  const responses = responsesOf(given);
  const name = acceptedContent(responses, "user_name", NAME);
  const greeting = inputResponse(responses, "greeting");
  const roots = inputResponse(responses, "client_roots");
  if (name !== undefined && greeting.kind === "sampling" && roots.kind === "roots") {
    return toText(`Hello, ${name.name}! ${JSON.stringify(roots.roots)}`);
  }
  return inputRequired({
    inputRequests: {
      user_name: askName(),
      greeting: askModel("Generate a greeting"),
      client_roots: inputRequired.listRoots(),
    },
    requestState: await state.mint("multiple", context),
  });
};

/** Asks only for what the client says that it can do. */
const runCapabilities = ({ context }: FixtureContext) => {
  const envelope: Readonly<Record<string, unknown>> = context.mcpReq.envelope ?? {};
  const capabilities = DECLARED.parse(envelope[CLIENT_CAPABILITIES_META_KEY] ?? {});
  const inputRequests = {
    ...(capabilities?.elicitation === undefined ? {} : { user_name: askName() }),
    ...(capabilities?.sampling === undefined ? {} : { greeting: askModel("Generate a greeting") }),
  };
  return Object.keys(inputRequests).length === 0
    ? toText("the client can answer nothing")
    : inputRequired({ inputRequests });
};

const runElicitation = (given: FixtureContext) => {
  const answer = acceptedContent(responsesOf(given), "user_name", NAME);
  return answer === undefined
    ? inputRequired({ inputRequests: { user_name: askName() } })
    : toText(`Hello, ${answer.name}!`);
};

/** The tools of multi-round-trip requests (SEP-2322). */
export const INPUT_REQUIRED_TOOLS: readonly FixtureTool[] = [
  {
    name: "test_input_required_result_elicitation",
    inputSchema: NO_ARGUMENTS,
    run: runElicitation,
  },
  { name: "test_streaming_elicitation", inputSchema: NO_ARGUMENTS, run: runElicitation },
  {
    name: "test_input_required_result_sampling",
    inputSchema: NO_ARGUMENTS,
    run: (given) => {
      const answer = inputResponse(responsesOf(given), "capital_question");
      return answer.kind === "sampling"
        ? toText(JSON.stringify(answer.result.content))
        : inputRequired({
            inputRequests: { capital_question: askModel("What is the capital of France?") },
          });
    },
  },
  {
    name: "test_input_required_result_list_roots",
    inputSchema: NO_ARGUMENTS,
    run: (given) => {
      const answer = inputResponse(responsesOf(given), "client_roots");
      return answer.kind === "roots"
        ? toText(JSON.stringify(answer.roots))
        : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    },
  },
  statefulTool("test_input_required_result_request_state"),
  statefulTool("test_input_required_result_tampered_state"),
  {
    name: "test_input_required_result_multiple_inputs",
    inputSchema: NO_ARGUMENTS,
    run: runMultipleInputs,
  },
  {
    name: "test_input_required_result_multi_round",
    inputSchema: NO_ARGUMENTS,
    run: runMultiRound,
  },
  {
    name: "test_input_required_result_capabilities",
    inputSchema: NO_ARGUMENTS,
    run: runCapabilities,
  },
];
