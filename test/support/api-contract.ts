import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { makeApiDocument } from '../../src/composition/api-document.js';
import type {
  ApiDocument,
  HttpMethod,
  Operation,
  Reference,
  Response,
} from '../../src/platform/openapi/api-document.js';

export interface CheckedAnswer {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
  /** By their names in lower case; absent: not looked at. */
  readonly headers?: Readonly<Record<string, unknown>>;
}

interface KnownOperation {
  readonly path: string;
  readonly method: HttpMethod;
  readonly matches: RegExp;
  readonly operation: Operation;
}

const DOCUMENT = 'api';
const pointer = (part: string): string => part.replace(/~/g, '~0').replace(/\//g, '~1');

/** What such an answer carries always. */
const headersOf = ({ headers = {} }: Response): string[] =>
  Object.keys(headers).filter((name) => name !== 'Idempotent-Replayed');

/** The OpenAPI document as a judge of answers. */
export class ApiContract {
  readonly document: ApiDocument = makeApiDocument();
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly known: readonly KnownOperation[];

  constructor() {
    formats.default(this.ajv);
    this.ajv.addSchema(this.document, DOCUMENT);
    this.known = Object.entries(this.document.paths)
      .flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) => ({
          ...{ path, operation, method: method as HttpMethod },
          matches: new RegExp(`^${path.replace(/[.+]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}/?$`),
        })),
      )
      // As routers do: a path without parameters wins over one with them.
      .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')));
  }

  /** The operation that a request is for; null for what the document does not know. */
  operationOf(method: string, url: string): KnownOperation | null {
    const [path = ''] = url.split('?', 1);
    return (
      this.known.find((known) => known.method === method.toLowerCase() && known.matches.test(path)) ?? null
    );
  }

  /** What is wrong with an answer, in words; null when it is as documented, or nothing is documented of it. */
  violationOf(answer: CheckedAnswer): string | null {
    const { method, url, status, contentType = '', body, headers } = answer;
    const found = this.operationOf(method, url);
    if (!found) return null;
    const { path, operation } = found;
    const where = `${method} ${path} answered ${status}`;
    const given = operation.responses[status];
    if (!given) return `${where}, which is not documented`;
    const response = '$ref' in given ? this.sharedResponse(given) : given;
    const missing = headers && headersOf(response).find((name) => !(name.toLowerCase() in headers));
    if (missing) return `${where} without ${missing}`;
    if (!response.content) return null;
    const type = contentType.split(';', 1)[0]!.trim();
    if (!response.content[type]) return `${where} as "${contentType}", which is not documented`;
    if (type !== 'application/json') return null;
    const place =
      '$ref' in given
        ? given.$ref.slice(2)
        : ['paths', path, found.method, 'responses', String(status)].map(pointer).join('/');
    const validate = this.validatorOf(`${DOCUMENT}#/${place}/content/application~1json/schema`);
    if (validate(JSON.parse(body))) return null;
    return `${where} outside its schema: ${this.ajv.errorsText(validate.errors, { dataVar: 'body' })}`;
  }

  /** @throws when an answer is not as documented. */
  check(answer: CheckedAnswer): void {
    const violation = this.violationOf(answer);
    if (violation) throw new Error(`${violation}\n${answer.body.slice(0, 1_000)}`);
  }

  private sharedResponse({ $ref }: Reference): Response {
    return this.document.components.responses![$ref.split('/').at(-1)!]!;
  }

  private validatorOf(reference: string): ValidateFunction {
    const known = this.validators.get(reference);
    if (known) return known;
    const made = this.ajv.compile({ $ref: reference });
    this.validators.set(reference, made);
    return made;
  }
}
