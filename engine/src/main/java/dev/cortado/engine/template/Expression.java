package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An expression; each kind knows its own meaning. */
sealed interface Expression {
    Object evaluate(Scope scope);

    record Constant(Object value) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return value;
        }
    }

    record Name(String name) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return scope.get(name);
        }
    }

    record ListDisplay(List<Expression> items) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return all(items, scope);
        }
    }

    record TupleDisplay(List<Expression> items) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Tuple.copyOf(all(items, scope));
        }
    }

    record DictDisplay(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Dict dict = new Dict();
            scope.budget().allocate(keys.size());
            for (int i = 0; i < keys.size(); i++) {
                dict.put(keys.get(i).evaluate(scope), values.get(i).evaluate(scope));
            }
            return dict;
        }
    }

    record Or(Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = left.evaluate(scope);
            return Types.truth(value) ? value : right.evaluate(scope);
        }
    }

    record And(Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = left.evaluate(scope);
            return Types.truth(value) ? right.evaluate(scope) : value;
        }
    }

    record Not(Expression operand) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return !Types.truth(operand.evaluate(scope));
        }
    }

    record Conditional(Expression test, Expression yes, Expression no) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return (Types.truth(test.evaluate(scope)) ? yes : no).evaluate(scope);
        }
    }

    /** A chain of comparisons such as {@code a < b < c}. */
    record Comparison(Expression first, List<String> operators, List<Expression> others) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object left = first.evaluate(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = others.get(i).evaluate(scope);
                if (!Operators.compare(scope.budget(), operators.get(i), left, right)) return false;
                left = right;
            }
            return true;
        }
    }

    record Binary(String operator, Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Operators.binary(scope.budget(), operator, left.evaluate(scope), right.evaluate(scope));
        }
    }

    record Negative(Expression operand) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Operators.negate(operand.evaluate(scope));
        }
    }

    record Positive(Expression operand) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Operators.plus(operand.evaluate(scope));
        }
    }

    /** {@code a ~ b ~ c} */
    record Concatenation(List<Expression> parts) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            TextBuilder out = new TextBuilder();
            for (Expression part : parts) {
                Text text = Repr.str(part.evaluate(scope));
                scope.budget().allocate(text.length());
                out.append(text);
            }
            return out.text();
        }
    }

    record Attribute(Expression object, Text name) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Access.attribute(object.evaluate(scope), name);
        }
    }

    record Item(Expression object, Expression key) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Access.item(object.evaluate(scope), key.evaluate(scope));
        }
    }

    record Slice(Expression object, Expression low, Expression high, Expression step) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Access.slice(
                    scope.budget(),
                    object.evaluate(scope),
                    low.evaluate(scope),
                    high.evaluate(scope),
                    step.evaluate(scope));
        }
    }

    record Call(Expression function, ArgumentList arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return call(scope, function.evaluate(scope), arguments.evaluate(scope));
        }

        /** The same call with the keyword argument {@code caller}. */
        Object evaluate(Scope scope, Macro caller) {
            Object target = function.evaluate(scope);
            Arguments plain = arguments.evaluate(scope);
            Map<String, Object> named = new LinkedHashMap<>(plain.named());
            named.put("caller", caller);
            return call(scope, target, new Arguments(plain.positional(), named));
        }

        private static Object call(Scope scope, Object target, Arguments arguments) {
            if (target instanceof Undefined u) throw u.failure();
            if (!(target instanceof Callable c)) {
                throw TemplateException.type("'" + Types.name(target) + "' object is not callable");
            }
            scope.budget().enter();
            Object result = c.call(scope.render, arguments);
            scope.budget().leave();
            return result;
        }
    }

    record Filter(Expression value, String name, ArgumentList arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object input = value.evaluate(scope);
            return Filters.apply(scope.render, name, input, arguments.evaluate(scope));
        }
    }

    record Test(Expression value, String name, ArgumentList arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object input = value.evaluate(scope);
            return Tests.test(scope.budget(), name, input, arguments.evaluate(scope));
        }
    }

    /** Arguments as written, with {@code *sequences} and {@code **mappings}. */
    record ArgumentList(
            List<Expression> positional,
            Map<String, Expression> named,
            List<Expression> sequences,
            List<Expression> mappings) {
        static final ArgumentList NONE = new ArgumentList(List.of(), Map.of(), List.of(), List.of());

        Arguments evaluate(Scope scope) {
            if (this == NONE) return Arguments.NONE;
            List<Object> values = all(positional, scope);
            for (Expression sequence : sequences) values.addAll(Types.iterate(sequence.evaluate(scope)));
            if (named.isEmpty() && mappings.isEmpty()) return new Arguments(values, Map.of());
            Map<String, Object> byName = new LinkedHashMap<>();
            for (Map.Entry<String, Expression> e : named.entrySet()) {
                byName.put(e.getKey(), e.getValue().evaluate(scope));
            }
            for (Expression mapping : mappings) {
                Object value = mapping.evaluate(scope);
                if (!(value instanceof Dict dict)) {
                    throw TemplateException.type("argument after ** must be a mapping, not " + Types.name(value));
                }
                for (Dict.Entry e : dict.entries()) {
                    String name = Types.string(e.key(), "keywords").chars;
                    if (byName.put(name, e.value()) != null) {
                        throw TemplateException.type("got multiple values for keyword argument '" + name + "'");
                    }
                }
            }
            return new Arguments(values, byName);
        }
    }

    private static List<Object> all(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        scope.budget().allocate(expressions.size());
        for (Expression e : expressions) values.add(e.evaluate(scope));
        return values;
    }
}
