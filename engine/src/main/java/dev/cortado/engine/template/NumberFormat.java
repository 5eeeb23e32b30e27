package dev.cortado.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** A number in the presentation types {@code d x X o b c e f g %} that both of Python's format languages share. */
final class NumberFormat {
    private static final int MAX_PRECISION = 1 << 16;

    private NumberFormat() {}

    static String format(Object v, char type, int precision, boolean alternate) {
        if (precision > MAX_PRECISION) throw TemplateException.limit("format precision too large");
        switch (type) {
            case 'd', 'i', 'u':
                return integer(v).toString();
            case 'x', 'X', 'o', 'b': {
                BigInteger n = integer(v);
                String digits = n.abs().toString(type == 'o' ? 8 : type == 'b' ? 2 : 16);
                if (type == 'X') digits = digits.toUpperCase(Locale.ROOT);
                return (n.signum() < 0 ? "-" : "") + (alternate ? "0" + type : "") + digits;
            }
            default:
                break;
        }
        double d = Types.toDouble(v);
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            String s = Double.isNaN(d) ? "nan" : d > 0 ? "inf" : "-inf";
            return Character.isUpperCase(type) ? s.toUpperCase(Locale.ROOT) : s;
        }
        int digits = precision < 0 ? 6 : precision;
        return switch (type) {
            case '%' -> fixed(d * 100, digits) + "%";
            case 'e', 'E' -> exponent(d, digits, type);
            case 'g', 'G' -> general(d, Math.max(1, digits), type);
            default -> fixed(d, digits);
        };
    }

    private static BigInteger integer(Object v) {
        return v instanceof Double d ? new BigDecimal(d).toBigInteger() : Operators.big(v);
    }

    static String fixed(double d, int digits) {
        String s = new BigDecimal(d).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        return (d < 0 || 1 / d < 0) && !s.startsWith("-") ? "-" + s : s;
    }

    private static String exponent(double d, int digits, char e) {
        BigDecimal v = new BigDecimal(Math.abs(d)).round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int power = d == 0 ? 0 : v.precision() - v.scale() - 1;
        String mantissa = v.scaleByPowerOfTen(-power).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        String sign = d < 0 || 1 / d < 0 ? "-" : "";
        int p = Math.abs(power);
        return sign + mantissa + e + (power < 0 ? "-" : "+") + (p < 10 ? "0" : "") + p;
    }

    private static String general(double d, int digits, char g) {
        BigDecimal v = new BigDecimal(d).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int power = d == 0 ? 0 : v.precision() - v.scale() - 1;
        if (power < -4 || power >= digits) {
            String s = exponent(d, digits - 1, g == 'g' ? 'e' : 'E');
            int at = s.indexOf(g == 'g' ? 'e' : 'E');
            return trimZeros(s.substring(0, at)) + s.substring(at);
        }
        return trimZeros(fixed(d, Math.max(0, digits - 1 - power)));
    }

    private static String trimZeros(String s) {
        if (s.indexOf('.') < 0) return s;
        int end = s.length();
        while (s.charAt(end - 1) == '0') end--;
        return s.substring(0, s.charAt(end - 1) == '.' ? end - 1 : end);
    }
}
