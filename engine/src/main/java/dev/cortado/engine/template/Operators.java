package dev.cortado.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's arithmetic and comparison operators. */
final class Operators {
    /** No integer of a chat template comes near; it bounds the time of a multiplication. */
    private static final int MAX_BITS = 1 << 16;

    private Operators() {}

    static boolean compare(Budget budget, String operator, Object a, Object b) {
        return switch (operator) {
            case "==" -> Types.equal(budget, a, b);
            case "!=" -> !Types.equal(budget, a, b);
            case "in" -> Types.contains(budget, b, a);
            case "not in" -> !Types.contains(budget, b, a);
            case "<" -> !unordered(a, b) && Types.compare(budget, a, b, operator) < 0;
            case "<=" -> !unordered(a, b) && Types.compare(budget, a, b, operator) <= 0;
            case ">" -> !unordered(a, b) && Types.compare(budget, a, b, operator) > 0;
            default -> !unordered(a, b) && Types.compare(budget, a, b, operator) >= 0;
        };
    }

    private static boolean unordered(Object a, Object b) {
        return Types.isNumber(a) && Types.isNumber(b) && (isNaN(a) || isNaN(b));
    }

    private static boolean isNaN(Object o) {
        return o instanceof Double d && d.isNaN();
    }

    /** Exact also between a float and a large integer; NaN compares as greater. */
    static int compareNumbers(Object a, Object b) {
        Object x = Types.plain(a);
        Object y = Types.plain(b);
        if (x instanceof Long i && y instanceof Long j) return Long.compare(i, j);
        if (x instanceof Double d && y instanceof Double e) return d < e ? -1 : d > e ? 1 : d.equals(e) || d == 0 && e == 0 ? 0 : 1;
        double dx = Types.toDouble(x);
        double dy = Types.toDouble(y);
        if (Double.isNaN(dx) || Double.isNaN(dy)) return 1;
        if (Double.isInfinite(dx) || Double.isInfinite(dy)) return Double.compare(dx, dy);
        return exact(x).compareTo(exact(y));
    }

    private static BigDecimal exact(Object o) {
        return o instanceof Double d ? new BigDecimal(d) : new BigDecimal(big(o));
    }

    static BigInteger big(Object o) {
        return o instanceof BigInteger b ? b : BigInteger.valueOf(Types.index(o));
    }

    static Object narrow(BigInteger b) {
        return b.bitLength() < 64 ? (Object) b.longValue() : b;
    }

    static Object binary(Budget budget, String operator, Object a, Object b) {
        if (a instanceof Undefined u) throw u.failure();
        if (a instanceof Text t && operator.equals("%")) return PercentFormat.format(budget, t, b);
        if (b instanceof Undefined u) throw u.failure();
        if (Types.isNumber(a) && Types.isNumber(b)) return number(operator, a, b);
        if (operator.equals("+")) {
            if (a instanceof Text x && b instanceof Text y) {
                budget.allocate((long) x.length() + y.length());
                return x.plus(y);
            }
            if (a instanceof List<?> x && b instanceof List<?> y && a instanceof Tuple == b instanceof Tuple) {
                budget.allocate(8L * (x.size() + y.size()));
                List<Object> joined = new ArrayList<>(x.size() + y.size());
                joined.addAll(x);
                joined.addAll(y);
                return a instanceof Tuple ? Tuple.copyOf(joined) : joined;
            }
            if (a instanceof Text || a instanceof List) {
                String type = a instanceof Text ? "str" : Types.name(a);
                throw TemplateException.type(
                        "can only concatenate " + type + " (not \"" + Types.name(b) + "\") to " + type);
            }
        }
        if (operator.equals("*")) {
            if (Types.isInteger(b) && (a instanceof Text || a instanceof List)) return repeat(budget, a, b);
            if (Types.isInteger(a) && (b instanceof Text || b instanceof List)) return repeat(budget, b, a);
            if (a instanceof Text || a instanceof List || b instanceof Text || b instanceof List) {
                Object factor = a instanceof Text || a instanceof List ? b : a;
                throw TemplateException.type("can't multiply sequence by non-int of type '" + Types.name(factor) + "'");
            }
        }
        String shown = operator.equals("**") ? "** or pow()" : operator;
        throw TemplateException.type("unsupported operand type(s) for " + shown + ": '" + Types.name(a) + "' and '"
                + Types.name(b) + "'");
    }

    private static Object repeat(Budget budget, Object sequence, Object times) {
        long n = Math.max(0, Types.index(times));
        if (sequence instanceof Text t) {
            if (n > Integer.MAX_VALUE) throw TemplateException.limit("text repeated too often");
            budget.allocate(n * t.length());
            if (!t.hasData()) return Text.literal(t.chars.repeat((int) n)).markup(t.markup);
            TextBuilder out = new TextBuilder();
            for (long i = 0; i < n; i++) out.append(t);
            return out.text().markup(t.markup);
        }
        List<?> list = (List<?>) sequence;
        if (list.isEmpty()) n = 0;
        if (n > Integer.MAX_VALUE) throw TemplateException.limit("list repeated too often");
        budget.allocate(8L * n * list.size());
        List<Object> all = new ArrayList<>();
        for (long i = 0; i < n; i++) all.addAll(list);
        return sequence instanceof Tuple ? Tuple.copyOf(all) : all;
    }

    private static Object number(String operator, Object a, Object b) {
        if (Types.isInteger(a) && Types.isInteger(b)) {
            Object x = Types.plain(a);
            Object y = Types.plain(b);
            boolean zero = Long.valueOf(0).equals(y);
            switch (operator) {
                case "+", "-", "*" -> {
                    return integer(operator, x, y);
                }
                case "//" -> {
                    if (zero) throw zero("integer division or modulo by zero");
                    if (x instanceof Long i && y instanceof Long j && j != -1) return Math.floorDiv(i, j);
                    BigInteger[] qr = big(x).divideAndRemainder(big(y));
                    boolean down = qr[1].signum() != 0 && qr[1].signum() != big(y).signum();
                    return narrow(down ? qr[0].subtract(BigInteger.ONE) : qr[0]);
                }
                case "%" -> {
                    if (zero) throw zero("integer modulo by zero");
                    if (x instanceof Long i && y instanceof Long j) return Math.floorMod(i, j);
                    BigInteger r = big(x).remainder(big(y));
                    return narrow(r.signum() != 0 && r.signum() != big(y).signum() ? r.add(big(y)) : r);
                }
                case "**" -> {
                    if (big(y).signum() >= 0) return power(big(x), Types.index(y));
                }
                default -> {}
            }
        }
        double x = finite(a);
        double y = finite(b);
        switch (operator) {
            case "+":
                return x + y;
            case "-":
                return x - y;
            case "*":
                return x * y;
            case "/":
                if (y == 0) {
                    throw zero(Types.isInteger(a) && Types.isInteger(b) ? "division by zero" : "float division by zero");
                }
                return x / y;
            case "//":
                if (y == 0) throw zero("float floor division by zero");
                return Math.floor(x / y);
            case "%":
                if (y == 0) throw zero("float modulo");
                double r = x % y;
                return r != 0 && r < 0 != y < 0 ? r + y : r == 0 ? Math.copySign(0.0, y) : r;
            default:
                return power(x, y);
        }
    }

    private static Object integer(String operator, Object x, Object y) {
        if (x instanceof Long i && y instanceof Long j) {
            long r =
                    switch (operator) {
                        case "+" -> i + j;
                        case "-" -> i - j;
                        default -> i * j;
                    };
            boolean overflow =
                    switch (operator) {
                        case "+" -> ((i ^ r) & (j ^ r)) < 0;
                        case "-" -> ((i ^ j) & (i ^ r)) < 0;
                        default -> Math.multiplyHigh(i, j) != r >> 63;
                    };
            if (!overflow) return r;
        }
        BigInteger p = big(x);
        BigInteger q = big(y);
        if (p.bitLength() + q.bitLength() > MAX_BITS) throw TemplateException.limit("integer too large");
        return narrow(
                switch (operator) {
                    case "+" -> p.add(q);
                    case "-" -> p.subtract(q);
                    default -> p.multiply(q);
                });
    }

    private static Object power(BigInteger x, long y) {
        if (x.bitLength() < 2 && x.abs().bitLength() < 2) { // -1, 0, 1
            return x.signum() == 0 ? (y == 0 ? 1L : 0L) : x.signum() > 0 || y % 2 == 0 ? 1L : -1L;
        }
        if (y > MAX_BITS || x.bitLength() * y > MAX_BITS) throw TemplateException.limit("integer too large");
        return narrow(x.pow((int) y));
    }

    private static Object power(double x, double y) {
        if (x == 0 && y < 0) throw zero("0.0 cannot be raised to a negative power");
        if (x < 0 && y != Math.rint(y)) throw TemplateException.value("complex numbers are not supported");
        double r = Math.pow(x, y);
        if (Double.isInfinite(r) && !Double.isInfinite(x) && !Double.isInfinite(y)) {
            throw new TemplateException("OverflowError", "(34, 'Numerical result out of range')");
        }
        return r;
    }

    private static double finite(Object o) {
        double d = Types.toDouble(o);
        if (o instanceof BigInteger && Double.isInfinite(d)) {
            throw new TemplateException("OverflowError", "int too large to convert to float");
        }
        return d;
    }

    private static TemplateException zero(String message) {
        return new TemplateException("ZeroDivisionError", message);
    }

    static Object negate(Object o) {
        if (Types.isInteger(o)) return integer("-", 0L, Types.plain(o));
        if (o instanceof Double d) return -d;
        throw unary("-", o);
    }

    static Object plus(Object o) {
        if (Types.isNumber(o)) return Types.plain(o);
        throw unary("+", o);
    }

    private static TemplateException unary(String operator, Object o) {
        return o instanceof Undefined u
                ? u.failure()
                : TemplateException.type("bad operand type for unary " + operator + ": '" + Types.name(o) + "'");
    }
}
