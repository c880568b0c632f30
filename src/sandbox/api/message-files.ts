import { toFieldRules } from "../gate/field-rules.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, LOCATION_IN_BODY, type Route } from "../gate/route.ts";
import type { CallPart } from "../world/conversations.ts";
import { notFound } from "./answers.ts";
import { textsOf } from "./field-texts.ts";
import { makeTone } from "./make-tone.ts";

const { read, write } = createRouteFamily({
  read: "conversations/message.readonly",
  write: "conversations/message.write",
});

const IN_PATH = { in: "path", param: "locationId" } as const;
const TRANSCRIPTION = "/conversations/locations/:locationId/messages/:messageId/transcription";

/** The endpoints of attachments, and of what was recorded of a call. */
export const messageFileRoutes: readonly Route[] = [
  write("POST /conversations/messages/upload", {
    location: LOCATION_IN_BODY,
    body: () =>
      toFieldRules(
        `conversationId:string contactId:string locationId:string! attachmentUrls:any
         chatServiceSid:string isGroupSms:any`,
      ),
    handle: (call) => uploadFiles(call),
  }),
  read("GET /conversations/messages/:messageId/locations/:locationId/recording", {
    location: IN_PATH,
    handle: (call) =>
      onRecordedCall(call, ({ durationSeconds }) => ({
        kind: "file",
        name: "audio.wav",
        mimeType: "audio/x-wav",
        bytes: makeTone(Math.min(durationSeconds, MAX_SECONDS)),
      })),
  }),
  read(`GET ${TRANSCRIPTION}`, {
    location: IN_PATH,
    handle: (call) =>
      onRecordedCall(call, ({ transcript = [] }) => answer(200, transcript.map(presentSentence))),
  }),
  read(`GET ${TRANSCRIPTION}/download`, {
    location: IN_PATH,
    handle: (call) =>
      onRecordedCall(call, ({ transcript = [] }) => ({
        kind: "file",
        name: "transcription.txt",
        mimeType: "text/plain; charset=utf-8",
        bytes: new TextEncoder().encode(`${transcript.join("\n")}\n`),
      })),
  }),
];

/** A recording is a tone, no longer than this. */
const MAX_SECONDS = 2;
const SENTENCE_MS = 4000;

/** The two sides of a call speak in turn. */
const presentSentence = (transcript: string, index: number) => ({
  mediaChannel: (index % 2) + 1,
  sentenceIndex: index,
  startTime: index * SENTENCE_MS,
  endTime: (index + 1) * SENTENCE_MS - 1,
  transcript,
  confidence: 0.97,
});

const onRecordedCall = ({ world, params }: ApiCall, use: (call: CallPart) => Outcome): Outcome => {
  const id = params["messageId"];
  const message = world.messages.get(id ?? "");
  if (message === undefined || message.locationId !== params["locationId"]) {
    return notFound("Message", id);
  }
  return message.call?.transcript === undefined
    ? refuse(404, `No recording found for message ${message.id}`)
    : use(message.call);
};

/** Addresses that are public already are taken over; files are given addresses. */
const uploadFiles = ({ body, files, shelve }: ApiCall): Outcome => {
  const given = body["attachmentUrls"];
  const urls = typeof given === "string" ? [given] : textsOf(given);
  if (files.length + urls.length === 0) return refuse(400, "No file was uploaded.");
  return answer(200, {
    uploadedFiles: Object.fromEntries([
      ...files.map((file) => [file.fileName, shelve(file)]),
      ...urls.map((url) => [url.split("/").at(-1) ?? url, url]),
    ]),
  });
};
