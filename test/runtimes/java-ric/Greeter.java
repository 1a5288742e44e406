import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A function as it is mostly written in Java: a method with types of its own. It knows nothing of Lambda. */
public class Greeter {
  public static class Person {
    private String name;
    private int times = 1;

    public void setName(String name) {
      this.name = name;
    }

    public void setTimes(int times) {
      this.times = times;
    }
  }

  public Map<String, List<String>> greet(Person person) {
    return Map.of("greetings", Collections.nCopies(person.times, "Hello " + person.name + "!"));
  }
}
