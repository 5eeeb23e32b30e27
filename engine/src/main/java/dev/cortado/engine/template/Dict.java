package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Python dict: insertion order, and 1, 1.0 and True are one key, shown as it was first written. */
final class Dict {
    record Entry(Object key, Object value) {}

    private final LinkedHashMap<Object, Entry> entries = new LinkedHashMap<>();

    /** The value, or null when there is no such key. */
    @Nullable Object get(Object key) {
        Entry entry = entries.get(canonical(key));
        return entry == null ? null : entry.value();
    }

    void put(Object key, Object value) {
        Object canonical = canonical(key);
        Entry old = entries.get(canonical);
        entries.put(canonical, new Entry(old == null ? key : old.key(), value));
    }

    void putAll(Dict other) {
        for (Entry e : other.entries()) put(e.key(), e.value());
    }

    int size() {
        return entries.size();
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    List<Object> keys() {
        List<Object> keys = new ArrayList<>(size());
        for (Entry e : entries()) keys.add(e.key());
        return keys;
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>(size());
        for (Entry e : entries()) values.add(e.value());
        return values;
    }

    /** (key, value) tuples. */
    List<Object> items() {
        List<Object> items = new ArrayList<>(size());
        for (Entry e : entries()) items.add(Tuple.of(e.key(), e.value()));
        return items;
    }

    /** A form whose Java equality is Python's equality of keys; mutable values are refused. */
    static Object canonical(Object key) {
        if (key instanceof Boolean b) return b ? 1L : 0L;
        if (key instanceof Double d && d == Math.rint(d) && Math.abs(d) < 0x1p62) return (long) (double) d;
        if (key instanceof Tuple t) {
            Object[] parts = new Object[t.size()];
            for (int i = 0; i < parts.length; i++) parts[i] = canonical(t.get(i));
            return List.of(parts);
        }
        if (key instanceof List || key instanceof Dict) {
            throw TemplateException.type("unhashable type: '" + Types.name(key) + "'");
        }
        return key instanceof Undefined ? Undefined.class : key;
    }
}
