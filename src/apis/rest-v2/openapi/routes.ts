import { RequestMethod, type Type } from '@nestjs/common';
import {
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { HttpMethod } from '../../../platform/openapi/api-document.js';
import { POLICY, type Policy } from '../access.js';
import { PublicIdPipe } from '../body.js';
import { ANSWER, type AnswerShape, BODY, type BodyShape } from './answers.schema.js';

/** A route as its decorators describe it. */
export interface Route {
  readonly method: HttpMethod;
  /** As OpenAPI writes it: `/api/keys/{id}`. */
  readonly path: string;
  /** Names of its path parameters, and whether each is a public number. */
  readonly parameters: readonly { readonly name: string; readonly isPublicId: boolean }[];
  readonly policy: Policy | undefined;
  /** Status of a success. */
  readonly status: number;
  readonly answer: AnswerShape | undefined;
  /** Class or shape of the body, class of the query. */
  readonly body: Type | BodyShape | null;
  readonly query: Type | null;
}

interface Argument {
  readonly index: number;
  readonly data?: string;
  readonly pipes: readonly unknown[];
}

type Handler = (...args: never[]) => unknown;

/** The arguments of one kind that Nest hands to a handler. */
function argumentsOf(controller: Type, name: string, kind: RouteParamtypes): Argument[] {
  const all: Record<string, Argument> = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {};
  return Object.entries(all).flatMap(([key, argument]) => (key.startsWith(`${kind}:`) ? [argument] : []));
}

function classOf(controller: Type, name: string, kind: RouteParamtypes): Type | null {
  const [argument] = argumentsOf(controller, name, kind);
  const types: Type[] = Reflect.getMetadata('design:paramtypes', controller.prototype, name) ?? [];
  const type = argument && types[argument.index];
  return type && type !== Object ? type : null;
}

const joined = (prefix: string, path: string): string =>
  `/${prefix}/${path}`
    .replace(/\/+/g, '/')
    .replace(/(?!^)\/$/, '')
    .replace(/:(\w+)/g, '{$1}');

function routesOfHandler(controller: Type, name: string, handler: Handler): Route[] {
  const method: RequestMethod | undefined = Reflect.getMetadata(METHOD_METADATA, handler);
  if (method === undefined) return [];
  const prefix: string = Reflect.getMetadata(PATH_METADATA, controller);
  const paths = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
  const given = argumentsOf(controller, name, RouteParamtypes.PARAM);
  const isPublicId = (parameter: string): boolean =>
    given.some(({ data, pipes }) => data === parameter && pipes.includes(PublicIdPipe));
  return paths.map((path) => ({
    method: RequestMethod[method].toLowerCase() as HttpMethod,
    path: joined(prefix, path),
    parameters: [...joined(prefix, path).matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({
      name: parameter,
      isPublicId: isPublicId(parameter),
    })),
    policy: Reflect.getMetadata(POLICY, handler),
    status: Reflect.getMetadata(HTTP_CODE_METADATA, handler) ?? (method === RequestMethod.POST ? 201 : 200),
    answer: Reflect.getMetadata(ANSWER, handler),
    body: Reflect.getMetadata(BODY, handler) ?? classOf(controller, name, RouteParamtypes.BODY),
    query: classOf(controller, name, RouteParamtypes.QUERY),
  }));
}

/** Every route of some controllers, from what Nest itself reads. */
export const routesOf = (controllers: readonly Type[]): Route[] =>
  controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((name) =>
      routesOfHandler(controller, name, controller.prototype[name] as Handler),
    ),
  );
