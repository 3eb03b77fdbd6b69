/** A part of an OpenAPI document. */
export interface OpenapiObject {
  readonly [name: string]: unknown;
}

export const ref = (schema: string): OpenapiObject => ({ $ref: `#/components/schemas/${schema}` });

/** A body of `mediaType`. */
export const content = (schema: OpenapiObject, ...mediaTypes: string[]): OpenapiObject => ({
  content: Object.fromEntries(
    (mediaTypes.length ? mediaTypes : ["application/json"]).map((type) => [type, { schema }]),
  ),
});

export const requestBody = (schema: OpenapiObject, ...mediaTypes: string[]): OpenapiObject => ({
  requestBody: { required: true, ...content(schema, ...mediaTypes) },
});

export const header = (description: string): OpenapiObject => ({ description, schema: { type: "string" } });
