handler() {
  local event name
  event=$(cat)
  case $event in
    *'"do":"greet"'*)
      name=${event#*'"name":"'}
      echo "greeting ${name%%'"'*}" >&2
      printf '"Hello %s!"' "${name%%'"'*}"
      ;;
    *'"do":"fail"'*)
      echo -n 'there is no such order'
      return 4
      ;;
    *'"do":"hang"'*) sleep 1000 ;;
    *'"do":"crash"'*)
      echo 'out of cheese' >&2
      kill -KILL $$
      ;;
  esac
}
