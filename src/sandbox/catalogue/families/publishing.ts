import { textOf } from "../../gate/fields.ts";
import { answer, refuse } from "../../gate/outcome.ts";
import { daysBefore, REFERENCE_DATE } from "../../seed/reference-date.ts";
import { answerRecord, sentFields } from "../answer-call.ts";
import type { Behaviour, Family } from "../family.ts";
import { times } from "./seed-people.ts";

const POSTS = "/blogs/posts";
const SOCIAL_POSTS = "/social-media-posting/{locationId}/posts";
const TEMPLATES = "/emails/builder";

const slugExists: Behaviour = (call) => {
  const { urlSlug, postId } = call.query;
  const exists = call
    .collection(POSTS)
    .list()
    .some(({ id, fields }) => fields["urlSlug"] === urlSlug && id !== postId);
  return answer(call.answer.status, { exists });
};

const deletePosts: Behaviour = (call) => {
  const { postIds } = sentFields(call);
  const posts = call.collection(SOCIAL_POSTS);
  const deleted = (Array.isArray(postIds) ? postIds : []).filter((id) => posts.delete(textOf(id)));
  return answer(call.answer.status, {
    success: true,
    statusCode: call.answer.status,
    message: "OK",
    results: { message: "OK", deletedCount: deleted.length },
  });
};

const saveTemplate: Behaviour = (call) => {
  const { templateId, ...fields } = sentFields(call);
  const templates = call.collection(TEMPLATES);
  const found = templates.find(textOf(templateId));
  return found === undefined
    ? refuse(404, "Template not found")
    : answerRecord(call, templates.put(found.id, { ...fields, lastUpdated: call.now }));
};

/** Blogs, posts for social media, and email templates. */
export const publishing: Family = {
  seeds: {
    "/blogs/site/all": () => [{ name: "News" }],
    [POSTS]: () =>
      times(6, (index) => ({
        title: `Post ${index + 1}`,
        urlSlug: `post-${index + 1}`,
        status: index === 5 ? "DRAFT" : "PUBLISHED",
        publishedAt: daysBefore(REFERENCE_DATE, index * 9 + 1),
      })),
    "/social-media-posting/{}/posts": () =>
      times(8, (index) => ({
        summary: `Sample post ${index + 1}`,
        status: index < 5 ? "published" : "scheduled",
        type: "post",
        displayDate: daysBefore(REFERENCE_DATE, 20 - index * 4),
      })),
    [TEMPLATES]: () =>
      ["Welcome", "Monthly news", "Reminder"].map((name) => ({ name, templateType: "html" })),
    "/businesses": () => [
      { name: "Harbour Consulting", city: "Portland" },
      { name: "Elm Street Bakery", city: "Austin" },
    ],
    "/links": () => [
      { name: "Booking page", redirectTo: "https://example.com/book" },
      { name: "Price list", redirectTo: "https://example.com/prices" },
    ],
  },
  behaviours: {
    "blogs.check-url-slug-exists": slugExists,
    "social-media-posting.bulk-delete-social-planner-posts": deletePosts,
    "emails.update-template": saveTemplate,
  },
};
