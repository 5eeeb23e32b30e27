package dev.cortado.engine.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Set;

/** What can stand behind {@code is}. */
final class Tests {
    static final Set<String> NAMES = Set.of(
            "defined", "undefined", "none", "string", "mapping", "number", "integer", "float", "boolean", "true",
            "false", "callable", "iterable", "sequence", "even", "odd", "divisibleby", "sameas", "lower", "upper",
            "escaped", "filter", "test", "in", "eq", "equalto", "==", "ne", "!=", "lt", "lessthan", "<", "le", "<=",
            "gt", "greaterthan", ">", "ge", ">=");

    private Tests() {}

    static boolean test(Budget budget, String name, Object v, Arguments arguments) {
        budget.step();
        return switch (name) {
            case "defined" -> !(v instanceof Undefined);
            case "undefined" -> v instanceof Undefined;
            case "none" -> v == None.NONE;
            case "string" -> v instanceof Text;
            case "mapping" -> v instanceof Dict;
            case "number" -> Types.isNumber(v);
            case "integer" -> v instanceof Long || v instanceof BigInteger;
            case "float" -> v instanceof Double;
            case "boolean" -> v instanceof Boolean;
            case "true" -> v instanceof Boolean b && b;
            case "false" -> v instanceof Boolean b && !b;
            case "callable" -> v instanceof Callable || v instanceof Undefined;
            case "iterable" -> Types.isIterable(v);
            case "sequence" -> v instanceof Text || v instanceof List || v instanceof Dict || v instanceof Undefined
                    || v instanceof View w && w.isRange();
            case "even" -> modulo(budget, v, 2L, 0L);
            case "odd" -> modulo(budget, v, 2L, 1L);
            case "divisibleby" -> modulo(budget, v, arguments.bind(name, "num").required(0), 0L);
            case "sameas" -> {
                Object other = arguments.bind(name, "other").required(0);
                yield v == other || v instanceof Boolean && v.equals(other);
            }
            case "lower" -> Strings.isCase(Repr.str(v).chars, false);
            case "upper" -> Strings.isCase(Repr.str(v).chars, true);
            case "escaped" -> v instanceof Text t && t.markup;
            case "filter" -> v instanceof Text t && Filters.NAMES.contains(t.chars);
            case "test" -> v instanceof Text t && NAMES.contains(t.chars);
            default -> {
                String operator = operator(name);
                if (operator.isEmpty()) {
                    throw new TemplateException("TemplateRuntimeError", "No test named '" + name + "' found.");
                }
                yield Operators.compare(budget, operator, v, arguments.bind(name, "other").required(0));
            }
        };
    }

    private static boolean modulo(Budget budget, Object v, Object by, long expected) {
        return Types.equal(budget, Operators.binary(budget, "%", v, by), expected);
    }

    private static String operator(String name) {
        return switch (name) {
            case "eq", "equalto", "==" -> "==";
            case "ne", "!=" -> "!=";
            case "lt", "lessthan", "<" -> "<";
            case "le", "<=" -> "<=";
            case "gt", "greaterthan", ">" -> ">";
            case "ge", ">=" -> ">=";
            case "in" -> "in";
            default -> "";
        };
    }
}
