import { isJsonObject, type JsonObject, textOf } from "../../gate/fields.ts";
import { answer, refuse } from "../../gate/outcome.ts";
import { answerList, answerRecord, sentFields } from "../answer-call.ts";
import type { Behaviour, Family, FamilyCall } from "../family.ts";

const MEDIAS = "/medias";

/** Takes a file of the form, or with `hosted` the address of one that lies elsewhere. */
const upload: Behaviour = (call) => {
  const { hosted, fileUrl, ...fields } = sentFields(call);
  const [file] = call.call.body.files;
  if (hosted === "true") {
    if (!URL.canParse(textOf(fileUrl))) return refuse(400, "fileUrl must be a URL address");
    const name =
      textOf(fields["name"]) || (new URL(textOf(fileUrl)).pathname.split("/").at(-1) ?? "");
    return keep(call, { ...fields, name, url: textOf(fileUrl) });
  }
  if (file === undefined) return refuse(400, "File is required");
  const url = call.shelve(file);
  return keep(call, {
    ...fields,
    name: textOf(fields["name"]) || file.fileName,
    url,
    contentType: file.contentType,
    size: file.bytes.byteLength,
  });
};

const keep = (call: FamilyCall, fields: JsonObject) => {
  const record = call.collection(MEDIAS).put(call.newId(), {
    ...fields,
    type: "file",
    altType: "location",
    altId: call.locationId ?? "",
    createdAt: call.now,
  });
  return answer(call.answer.status, { fileId: record.id, url: record.fields["url"] });
};

/** Lists the files or the folders of one folder; without one, those at the top, or all of them. */
const list: Behaviour = (call) => {
  const { parentId, fetchAll } = call.query;
  const isAll = fetchAll === true || fetchAll === "true";
  return answerList(
    call,
    call
      .collection(MEDIAS)
      .list()
      .filter(({ fields }) => isAll || textOf(fields["parentId"]) === textOf(parentId)),
  );
};

const bulk =
  (listName: string, change: (call: FamilyCall, item: JsonObject) => void): Behaviour =>
  (call) => {
    const items = sentFields(call)[listName];
    for (const item of (Array.isArray(items) ? items : []).filter(isJsonObject)) change(call, item);
    return answer(call.answer.status, { success: true, traceId: call.traceId() });
  };

const idOf = (item: JsonObject): string => textOf(item["_id"] ?? item["id"]);

/** The media library: files that stay as they were sent, and folders. */
export const medias: Family = {
  seeds: {
    [MEDIAS]: () => [
      { name: "Brand", type: "folder" },
      { name: "logo.png", type: "file", url: "https://example.com/logo.png" },
      { name: "team.jpg", type: "file", url: "https://example.com/team.jpg" },
    ],
  },
  behaviours: {
    "medias.upload-media-content": upload,
    "medias.fetch-media-content": list,
    "medias.create-media-folder": (call) => {
      const folder = { ...sentFields(call), type: "folder", createdAt: call.now };
      return answerRecord(call, call.collection(MEDIAS).put(call.newId(), folder));
    },
    "medias.bulk-update-media-objects": bulk("filesToBeUpdated", (call, item) => {
      if (call.collection(MEDIAS).find(idOf(item)) !== undefined) {
        call.collection(MEDIAS).put(idOf(item), item);
      }
    }),
    "medias.bulk-delete-media-objects": bulk("filesToBeDeleted", (call, item) => {
      call.collection(MEDIAS).delete(idOf(item));
    }),
  },
};
