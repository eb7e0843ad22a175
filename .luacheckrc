-- Pure modules see LuaJIT only, so that they run without nginx; ngx.* lives where nginx calls in.
std = "luajit"
max_line_length = 100

files["**/lua/phases/*.lua"].std = "ngx_lua"
files["**/lua/nginx/*.lua"].std = "ngx_lua"
