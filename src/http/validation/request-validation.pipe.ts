import {
  type ArgumentMetadata,
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  SetMetadata,
  type Type as Class,
  ValidationPipe,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import { Reflector } from '@nestjs/core';
import type { ValidationError } from 'class-validator';
import type { Observable } from 'rxjs';
import { type FieldFault, type FieldRule, Refusal, type RefusalCode } from '../../domain/refusal';
import { isField, requestOf } from '../request-context';
import {
  entryOf,
  type FaultOfField,
  FAULTS,
  jsonTypeOf,
  MOST_FAULTS,
  refuseFields,
  reportedNames,
  marked,
  unmarkedName,
} from './field-faults';
import type { RuleContext } from './fields.decorator';

interface InputOptions {
  /** Unknown properties are dropped; otherwise each is a fault. Paths always drop them. */
  readonly dropsUnknown?: true;
  /** The refusal of an input at fault as a whole; otherwise every fault is reported. */
  readonly refusedAs?: RefusalCode;
}

/** By the name of the class, which is also the name of its schema in OpenAPI. */
const INPUT_OPTIONS = new Map<string, InputOptions>();

/** Sets how an input is read. */
export const ReadsInput =
  (options: InputOptions): ClassDecorator =>
  (input) =>
    void INPUT_OPTIONS.set(input.name, options);

/** How the input of this class is read. */
const inputOptionsNamed = (name: string): InputOptions => INPUT_OPTIONS.get(name) ?? {};

const pipeOf = (forbidNonWhitelisted: boolean) =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted,
    // Never with enableImplicitConversion: it makes true of "false", and "5" of 5.
    transform: true,
    stopAtFirstError: true,
    validationError: { target: false, value: true },
    exceptionFactory: (errors) => refuseFields(faultsOf(errors, [])),
  });

/**
 * Checks every input that has a class, and refuses it with all faults at once. The framework's pipe accepts some inputs
 * that are no objects, and class-transformer drops names like `__proto__`, so the input is looked at before.
 */
@Injectable()
export class RequestValidationPipe implements PipeTransform<unknown, Promise<unknown>> {
  private readonly strict = pipeOf(true);
  private readonly dropping = pipeOf(false);

  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if (metatype === undefined || type === 'custom' || BUILT_IN.has(metatype)) return value;
    if (type !== 'param') await afterPath();
    return this.check(
      metatype as Class<object>,
      value,
      inputOptionsNamed(metatype.name).dropsUnknown ?? type === 'param',
    );
  }

  /** The input as its class. */
  async check<Input extends object>(
    type: Class<Input>,
    value: unknown,
    dropsUnknown: boolean,
  ): Promise<Input> {
    // A request without a body lacks its properties, like one with an empty object.
    const input = value === undefined ? {} : value;
    const pipe = dropsUnknown ? this.dropping : this.strict;
    try {
      if (jsonTypeOf(input) !== 'object')
        throw refuseFields([{ entry: '$', ...FAULTS.type('object', input) }]);
      return (await pipe.transform(marked(input, type), { type: 'body', metatype: type })) as Input;
    } catch (error) {
      const { refusedAs } = inputOptionsNamed(type.name);
      throw refusedAs !== undefined && error instanceof Refusal ? new Refusal(refusedAs) : error;
    }
  }
}

/**
 * A path at fault is refused alone. The framework checks all parameters at the same time, and the first refusal counts:
 * in the meantime the path has been checked.
 */
const afterPath = () => new Promise((resolve) => setImmediate(resolve));

const BUILT_IN: ReadonlySet<unknown> = new Set([String, Boolean, Number, Array, Object, Buffer, Date]);

const PIPE = new RequestValidationPipe();

/** Checks an input that is no parameter of a call by the same rules. */
export function validated<Input extends object>(type: Class<Input>, value: unknown): Promise<Input> {
  return PIPE.check(type, value, inputOptionsNamed(type.name).dropsUnknown ?? false);
}

/** An input that is checked later: some calls are published to look at the person before they look at the body. */
export class UncheckedInput<Input extends object> {
  constructor(
    private readonly type: Class<Input>,
    private readonly value: unknown,
  ) {}

  /** Refuses an input at fault. */
  validated(): Promise<Input> {
    return validated(this.type, this.value);
  }
}

/** The body of a request, to be checked by the handler. */
export const UncheckedBody = createParamDecorator(
  (type: Class<object>, context: ExecutionContext) => new UncheckedInput(type, requestOf(context).body),
);

/** The metadata key of calls that may have any parameters in their query. */
export const ANY_QUERY = Symbol('any query');

/** For calls that probes, scrapers and browsers make, which add parameters of their own. */
export const AllowsAnyQuery = () => SetMetadata(ANY_QUERY, true);

/** Refuses the query of a call that reads none; that of any other call is checked by the pipe, behind its path. */
@Injectable()
export class UnreadQueryInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const sites = [context.getHandler(), context.getClass()];
    if (!isField(context) && !readsQuery(context) && !this.reflector.getAllAndOverride(ANY_QUERY, sites))
      refuseUnknown(Object.keys(requestOf(context).query));
    return next.handle();
  }
}

/** The framework has the parameters of a handler under keys such as `4:0`: a kind, and a place. */
function readsQuery(context: ExecutionContext): boolean {
  const [type, { name }] = [context.getClass(), context.getHandler()];
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, type, name) as object | undefined;
  return Object.keys(parameters ?? {}).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
}

function refuseUnknown(names: readonly string[]): void {
  if (names.length > 0) throw refuseFields(faultsOfUnknown(names, []));
}

const UNKNOWN = 'whitelistValidation';

const isUnknown = ({ constraints = {} }: ValidationError): boolean => UNKNOWN in constraints;

/** In the order of the class; unknown properties after the others. */
function faultsOf(errors: readonly ValidationError[], path: readonly PropertyKey[]): FieldFault[] {
  const unknown = errors.filter(isUnknown).map(({ property }) => unmarkedName(property));
  return [
    ...errors.filter((error) => !isUnknown(error)).flatMap((error) => faultsOfField(error, path)),
    ...faultsOfUnknown(unknown, path),
  ];
}

function faultsOfUnknown(names: readonly string[], path: readonly PropertyKey[]): FieldFault[] {
  return reportedNames(names, MOST_FAULTS).map((name) => ({
    entry: entryOf([...path, name]),
    ...FAULTS.unknown(),
  }));
}

function faultsOfField(error: ValidationError, path: readonly PropertyKey[]): FieldFault[] {
  const here = [...path, error.property];
  const own = ownFault(error);
  if (own !== undefined) return [{ entry: entryOf(here), ...own }];
  const { children = [] } = error;
  const value: unknown = error.value;
  if (!Array.isArray(value)) return faultsOf(children, here);
  const byIndex = new Map(children.map((child) => [Number(child.property), child]));
  return value.flatMap((entry: unknown, index) => {
    if (jsonTypeOf(entry) === 'object') return faultsOf(byIndex.get(index)?.children ?? [], [...here, index]);
    return [{ entry: entryOf([...here, index]), ...FAULTS.type('object', entry) }];
  });
}

/** The fault of a field itself; none where only what is in it is at fault. */
function ownFault({ constraints = {}, contexts = {} }: ValidationError): FaultOfField | undefined {
  const [own] = Object.entries(constraints) as [FieldRule, string][];
  if (own === undefined) return undefined;
  const [rule, description] = own;
  const { params, isOfEntries } = contexts[rule] as RuleContext;
  return isOfEntries ? undefined : { rule, description, params };
}
