package dev.cortado.engine.template;

import java.time.LocalDateTime;

/** C's strftime in the C locale, with glibc's {@code %-d}. */
final class Strftime {
    private static final String[] DAYS = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
    };
    private static final String[] MONTHS = {
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December"
    };

    private Strftime() {}

    static String format(LocalDateTime time, String format) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            c = format.charAt(++i);
            boolean unpadded = c == '-' && i + 1 < format.length();
            if (unpadded) c = format.charAt(++i);
            String field = field(time, c);
            int zeros = 0;
            while (unpadded && zeros < field.length() - 1 && (field.charAt(zeros) == '0' || field.charAt(zeros) == ' ')) {
                zeros++;
            }
            out.append(field, zeros, field.length());
        }
        return out.toString();
    }

    private static String field(LocalDateTime t, char c) {
        String day = DAYS[t.getDayOfWeek().getValue() - 1];
        String month = MONTHS[t.getMonthValue() - 1];
        int hour = t.getHour() % 12 == 0 ? 12 : t.getHour() % 12;
        return switch (c) {
            case 'Y' -> Integer.toString(t.getYear());
            case 'y' -> pad(t.getYear() % 100, 2);
            case 'C' -> pad(t.getYear() / 100, 2);
            case 'm' -> pad(t.getMonthValue(), 2);
            case 'd' -> pad(t.getDayOfMonth(), 2);
            case 'e' -> (t.getDayOfMonth() < 10 ? " " : "") + t.getDayOfMonth();
            case 'H' -> pad(t.getHour(), 2);
            case 'I' -> pad(hour, 2);
            case 'k' -> (t.getHour() < 10 ? " " : "") + t.getHour();
            case 'l' -> (hour < 10 ? " " : "") + hour;
            case 'M' -> pad(t.getMinute(), 2);
            case 'S' -> pad(t.getSecond(), 2);
            case 'f' -> pad(t.getNano() / 1000, 6);
            case 'j' -> pad(t.getDayOfYear(), 3);
            case 'p' -> t.getHour() < 12 ? "AM" : "PM";
            case 'A' -> day;
            case 'a' -> day.substring(0, 3);
            case 'B' -> month;
            case 'b', 'h' -> month.substring(0, 3);
            case 'u' -> Integer.toString(t.getDayOfWeek().getValue());
            case 'w' -> Integer.toString(t.getDayOfWeek().getValue() % 7);
            case 'F' -> format(t, "%Y-%m-%d");
            case 'T', 'X' -> format(t, "%H:%M:%S");
            case 'R' -> format(t, "%H:%M");
            case 'r' -> format(t, "%I:%M:%S %p");
            case 'D', 'x' -> format(t, "%m/%d/%y");
            case 'c' -> format(t, "%a %b %e %H:%M:%S %Y");
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            case 'Z', 'z' -> ""; // a naive datetime has no zone
            default -> "%" + c;
        };
    }

    private static String pad(int n, int width) {
        String s = Integer.toString(n);
        return "0".repeat(Math.max(0, width - s.length())) + s;
    }
}
