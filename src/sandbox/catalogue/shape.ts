import { z } from "zod";

/**
 * What a value of an answer looks like. A text names a plain value: a type of JSON, a format such as
 * `date-time`, or after `=` the allowed words, separated by `|`. A list has the shape of its members.
 */
export type Shape = string | readonly [Shape] | { readonly [name: string]: Shape };

const shapeSchema: z.ZodType<Shape> = z.union([
  z.string().min(1),
  z.tuple([z.lazy(() => shapeSchema)]).readonly(),
  z.record(
    z.string(),
    z.lazy(() => shapeSchema),
  ),
]);

const answerSchema = z.strictObject({
  /** The status of success. */
  status: z.int().min(200).max(299),
  /** Absent where the spec says nothing about the body. */
  shape: z.exactOptional(shapeSchema),
});

/** How an operation answers in one generation of the specs. */
export type AnswerFacts = z.infer<typeof answerSchema>;

/** The shape of `generated/<app>.json`: by operation id, `both` where the generations agree. */
export const generatedAnswersSchema = z.record(
  z.string(),
  z.strictObject({
    both: z.exactOptional(answerSchema),
    v2: z.exactOptional(answerSchema),
    v3: z.exactOptional(answerSchema),
  }),
);

/** A file of answers. */
export type GeneratedAnswers = z.infer<typeof generatedAnswersSchema>;
