package dev.cortado.engine.template;

import dev.cortado.engine.template.Expression.ArgumentList;
import dev.cortado.engine.template.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Jinja2's expression grammar: or, and, not, comparison, sum, {@code ~}, product, power, unary, postfix, filters. Its
 * oddities are Jinja2's: {@code ~} binds tighter than {@code +}, a filter tighter than every operator but unary minus,
 * and {@code **} is left-associative.
 */
final class ExpressionParser {
    private static final int MAX_DEPTH = 200;
    static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");
    private static final Expression NONE = new Expression.Constant(None.NONE);

    private final TokenStream in;
    private final Dialect dialect;
    private int depth;

    /** What is known and gathered across the tags of one template. */
    static final class Dialect {
        final TemplateOptions options;
        /** Names that the macro being parsed mentions. */
        Set<String> reads = new HashSet<>();
        /** Inside an if, an unknown filter or test fails only when it is reached. */
        int conditional;

        Dialect(TemplateOptions options) {
            this.options = options;
        }
    }

    ExpressionParser(TokenStream in, Dialect dialect) {
        this.in = in;
        this.dialect = dialect;
    }

    /** The whole tag: an expression or a tuple without parentheses. */
    Expression whole() {
        Expression expression = tuple(true, false, "");
        in.expectEnd();
        return expression;
    }

    void expectEnd() {
        in.expectEnd();
    }

    Expression tuple(boolean conditionals, boolean mayBeEmpty, String stop) {
        List<Expression> items = new ArrayList<>();
        boolean comma = false;
        while (!in.atEnd() && !in.current().isOperator(")") && !(in.current().isName(stop))) {
            items.add(conditionals ? expression() : or());
            if (!in.skip(",")) break;
            comma = true;
        }
        if (!comma && !items.isEmpty()) return items.getFirst();
        if (!comma && !mayBeEmpty) throw in.error("Expected an expression, got '" + in.current().text() + "'");
        return new Expression.TupleDisplay(items);
    }

    Expression expression() {
        if (++depth > MAX_DEPTH) throw in.error("expression nested too deeply");
        // Unknown filters anywhere in a conditional expression wait until they are reached; that it is one shows late.
        int unknownBefore = unknown.size();
        Expression value = or();
        boolean conditional = false;
        while (in.skip("if")) {
            conditional = true;
            Expression test = or();
            Expression no = in.skip("else")
                    ? expression()
                    : new Expression.Constant(new Undefined(
                            "the inline if-expression evaluated to false and no else section was defined."));
            value = new Expression.Conditional(test, value, no);
        }
        if (conditional) while (unknown.size() > unknownBefore) unknown.removeLast();
        if (--depth == 0 && !unknown.isEmpty() && dialect.conditional == 0) throw unknown.getFirst();
        return value;
    }

    private final List<TemplateException> unknown = new ArrayList<>();

    private Expression or() {
        Expression left = and();
        while (in.skip("or")) left = new Expression.Or(left, and());
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (in.skip("and")) left = new Expression.And(left, not());
        return left;
    }

    private Expression not() {
        if (!in.skip("not")) return comparison();
        if (++depth > MAX_DEPTH) throw in.error("expression nested too deeply");
        Expression operand = not();
        depth--;
        return new Expression.Not(operand);
    }

    private Expression comparison() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        for (String operator = comparator(); !operator.isEmpty(); operator = comparator()) {
            operators.add(operator);
            others.add(sum());
        }
        return operators.isEmpty() ? first : new Expression.Comparison(first, operators, others);
    }

    private String comparator() {
        Token t = in.current();
        if (t.kind() == Kind.OPERATOR) {
            return switch (t.text()) {
                case "==", "!=", "<", "<=", ">", ">=" -> in.next().text();
                default -> "";
            };
        }
        if (in.skip("in")) return "in";
        if (!t.isName("not") || !in.look(1).isName("in")) return "";
        in.next();
        in.next();
        return "not in";
    }

    private boolean at(String... operators) {
        for (String operator : operators) if (in.current().isOperator(operator)) return true;
        return false;
    }

    private Expression sum() {
        Expression left = concatenation();
        while (at("+", "-")) left = new Expression.Binary(in.next().text(), left, concatenation());
        return left;
    }

    private Expression concatenation() {
        Expression first = product();
        if (!at("~")) return first;
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (in.skip("~")) parts.add(product());
        return new Expression.Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (at("*", "/", "//", "%")) left = new Expression.Binary(in.next().text(), left, power());
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (in.skip("**")) left = new Expression.Binary("**", left, unary(true));
        return left;
    }

    private Expression unary(boolean filters) {
        if (++depth > MAX_DEPTH) throw in.error("expression nested too deeply");
        Expression operand;
        if (in.skip("-")) operand = new Expression.Negative(unary(false));
        else if (in.skip("+")) operand = new Expression.Positive(unary(false));
        else operand = primary();
        operand = postfix(operand);
        depth--;
        return filters ? filtered(operand) : operand;
    }

    private Expression primary() {
        Token t = in.next();
        switch (t.kind()) {
            case NAME -> {
                switch (t.text()) {
                    case "true", "True":
                        return new Expression.Constant(true);
                    case "false", "False":
                        return new Expression.Constant(false);
                    case "none", "None":
                        return NONE;
                    default:
                        dialect.reads.add(t.text());
                        return new Expression.Name(t.text());
                }
            }
            case STRING -> {
                Text text = (Text) t.value();
                while (in.current().kind() == Kind.STRING) text = text.plus((Text) in.next().value());
                return new Expression.Constant(text);
            }
            case INTEGER, FLOAT -> {
                return new Expression.Constant(t.value());
            }
            case OPERATOR, END -> {}
        }
        switch (t.text()) {
            case "(" -> {
                Expression inner = tuple(true, true, "");
                in.expect(")");
                return inner;
            }
            case "[" -> {
                return new Expression.ListDisplay(items());
            }
            case "{" -> {
                return dict();
            }
            default -> throw TemplateException.syntax("unexpected '" + t.text() + "'", t.line());
        }
    }

    private List<Expression> items() {
        List<Expression> items = new ArrayList<>();
        while (!at("]")) {
            items.add(expression());
            if (!at("]")) in.expect(",");
        }
        in.expect("]");
        return items;
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!at("}")) {
            keys.add(expression());
            in.expect(":");
            values.add(expression());
            if (!at("}")) in.expect(",");
        }
        in.expect("}");
        return new Expression.DictDisplay(keys, values);
    }

    private Expression postfix(Expression operand) {
        Expression result = operand;
        while (true) {
            if (at(".", "[")) result = subscript(result);
            else if (at("(")) result = new Expression.Call(result, arguments());
            else return result;
        }
    }

    /** Filters, tests and calls behind an operand. */
    Expression filtered(Expression operand) {
        Expression result = operand;
        while (true) {
            if (in.skip("|")) result = filter(result);
            else if (in.skip("is")) result = test(result);
            else if (at("(")) result = new Expression.Call(result, arguments());
            else return result;
        }
    }

    /** One filter; the stream stands behind the bar. */
    Expression filter(Expression value) {
        int line = in.current().line();
        String name = dotted();
        if (!Filters.exists(name, dialect.options)) unknown("filter", name, line);
        return new Expression.Filter(value, name, at("(") ? arguments() : ArgumentList.NONE);
    }

    private Expression test(Expression value) {
        int line = in.current().line();
        boolean negated = in.skip("not");
        String name = dotted();
        if (!Tests.NAMES.contains(name)) unknown("test", name, line);
        ArgumentList arguments = ArgumentList.NONE;
        Token t = in.current();
        if (at("(")) {
            arguments = arguments();
        } else if (at("[", "{") || t.kind() != Kind.OPERATOR && t.kind() != Kind.END && !isKeyword(t)) {
            if (t.isName("is")) throw in.error("You cannot chain multiple tests with is");
            arguments = new ArgumentList(List.of(postfix(primary())), Map.of(), List.of(), List.of());
        }
        Expression test = new Expression.Test(value, name, arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private static boolean isKeyword(Token t) {
        return t.isName("else") || t.isName("or") || t.isName("and");
    }

    private void unknown(String kind, String name, int line) {
        TemplateException error =
                new TemplateException("TemplateAssertionError", "No " + kind + " named '" + name + "'.", line);
        if (dialect.conditional > 0) return;
        if (depth == 0) throw error;
        unknown.add(error);
    }

    private String dotted() {
        StringBuilder name = new StringBuilder(in.name());
        while (in.skip(".")) name.append('.').append(in.name());
        return name.toString();
    }

    private Expression subscript(Expression object) {
        if (in.skip(".")) {
            Token t = in.next();
            if (t.kind() == Kind.NAME) return new Expression.Attribute(object, Text.literal(t.text()));
            if (t.kind() != Kind.INTEGER) throw TemplateException.syntax("expected name or number", t.line());
            return new Expression.Item(object, new Expression.Constant(t.value()));
        }
        in.expect("[");
        List<Expression> parts = new ArrayList<>();
        boolean tuple = false;
        while (!at("]")) {
            parts.add(slice(object));
            if (!in.skip(",")) break;
            tuple = true;
        }
        in.expect("]");
        if (parts.isEmpty()) throw in.error("Expected an expression, got ']'");
        if (!tuple) {
            Expression only = parts.getFirst();
            return only instanceof Expression.Slice s && s.object() == object ? s : new Expression.Item(object, only);
        }
        return new Expression.Item(object, new Expression.TupleDisplay(parts));
    }

    private Expression slice(Expression object) {
        Expression low = at(":") ? NONE : expression();
        if (!in.skip(":")) return low;
        Expression high = at("]", ":", ",") ? NONE : expression();
        Expression step = in.skip(":") && !at("]", ",") ? expression() : NONE;
        return new Expression.Slice(object, low, high, step);
    }

    ArgumentList arguments() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        List<Expression> sequences = new ArrayList<>();
        List<Expression> mappings = new ArrayList<>();
        in.expect("(");
        while (!at(")")) {
            if (in.skip("*")) {
                require(sequences.isEmpty() && mappings.isEmpty());
                sequences.add(expression());
            } else if (in.skip("**")) {
                require(mappings.isEmpty());
                mappings.add(expression());
            } else if (in.current().kind() == Kind.NAME && in.look(1).isOperator("=")) {
                require(mappings.isEmpty());
                String name = in.name();
                in.next();
                Expression value = expression();
                if (named.put(name, value) != null) throw in.error("keyword argument repeated: " + name);
            } else {
                require(sequences.isEmpty() && mappings.isEmpty() && named.isEmpty());
                positional.add(expression());
            }
            if (!at(")")) in.expect(",");
        }
        in.expect(")");
        return new ArgumentList(positional, named, sequences, mappings);
    }

    private void require(boolean valid) {
        if (!valid) throw in.error("invalid syntax for function call expression");
    }
}
