import type { IncomingMessage } from "node:http";
import { type Result, fail } from "../core/result.ts";
import { type Soon, whenThere } from "../core/soon.ts";
import { JSON_FAILURE_TEXT, type JsonFailure, parseLongJson } from "./json-body.ts";
import type { JsonRpcRefusal } from "./json-rpc-error.ts";
import { discardBody, readBody } from "./request-body.ts";

/** The most bytes that the body of one MCP message may have. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Reads and parses the JSON body of a request, once; gives what to answer when it cannot be used. */
export function readJsonRpcBody(req: IncomingMessage): Promise<Result<unknown, JsonRpcRefusal>> {
  return readBody(req, MAX_BODY_BYTES).then((body): Soon<Result<unknown, JsonRpcRefusal>> => {
    if (!body.ok) {
      discardBody(req, 4 * MAX_BODY_BYTES);
      return fail(body.failure.kind === "too_large" ? TOO_LARGE : CUT_OFF);
    }
    const sent = { contentType: req.headers["content-type"], body: body.value };
    return whenThere(parseLongJson(sent), (parsed) =>
      parsed.ok ? parsed : fail(toRefusal(parsed.failure)),
    );
  });
}

function toRefusal(failure: JsonFailure): JsonRpcRefusal {
  const wrongType = failure === "wrong_content_type";
  return {
    status: wrongType ? 415 : 400,
    code: wrongType ? INVALID_REQUEST : PARSE_ERROR,
    message: JSON_FAILURE_TEXT[failure],
  };
}

const INVALID_REQUEST = -32600;
const PARSE_ERROR = -32700;
const TOO_LARGE: JsonRpcRefusal = {
  status: 413,
  code: INVALID_REQUEST,
  message: `the body is larger than ${MAX_BODY_BYTES} bytes`,
  headers: { connection: "close" },
};
const CUT_OFF: JsonRpcRefusal = {
  status: 400,
  code: PARSE_ERROR,
  message: "the body could not be read",
};
